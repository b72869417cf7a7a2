import { describe, expect, it } from 'vitest'
import { createSeriesTable } from '../../observe/contract.ts'
import { ExactKnowledgeWriter, readChatTemplate, LearnedSizes } from '../../scheduling/index.ts'
import type { Prompting } from '../exact/prompting-data.ts'
import { simulatedPrompting, simulatedTokens } from '../exact/simulated-prompting.ts'
import { tokenize } from '../../engines/index.ts'
import { ExactPrompts, type Prediction } from './exact-prompts.ts'
import { createTrustMemory, EventTrust, type PromptKind } from './event-trust.ts'
import type { RenderableQuestion } from './question.ts'
import { ModelSeries } from './served-model.ts'

const text = 'river stone '.repeat(40)

function start(prompting: Prompting = simulatedPrompting, trust = new EventTrust()) {
  const writer = new ExactKnowledgeWriter({ nodes: 1000, lanes: 32 }, [1, 2])
  const cells: Float64Array[] = []
  const series = new ModelSeries(
    createSeriesTable((_name, _labels, length) => {
      const place = new Float64Array(length)
      cells.push(place)
      return place
    }),
    'm',
  )
  const changes: boolean[] = []
  const prompts = new ExactPrompts({
    memory: writer.memory,
    prompting,
    sizes: new LearnedSizes(),
    trust,
    counted: (reason) => series.lookedUp(reason),
    predicted: (reason) => series.predicted(reason),
    predictionError: () => series.predictionError(),
    onTrust: (isTrusted) => changes.push(isTrusted),
  })
  const hold = () => {
    const tokenIds = tokenize(text).slice(0, 32)
    const event = { kind: 'stored', blockHashes: [1n, 2n], parentBlockHash: null, tokenIds, blockSize: 16 } as const
    const rest = { loraId: null, loraName: null, medium: 'GPU', extraKeys: null, group: 0, specKind: null } as const
    writer.apply(0, 0, [{ ...event, ...rest }], simulatedTokens())
  }
  return { prompts, series, changes, hold }
}

const asked = (
  kind: RenderableQuestion['kind'],
  body: string,
  dialect: PromptKind['dialect'] = '',
): RenderableQuestion => ({
  kind,
  length: body.length,
  body: Buffer.from(body),
  dialect,
  fields: () => JSON.parse(body) as object,
})
const completion = (prompt: unknown, dialect: PromptKind['dialect'] = '') =>
  asked('completion', JSON.stringify({ prompt }), dialect)
const readingOf = (prompts: ExactPrompts, question: RenderableQuestion | null) => prompts.read({}, () => question)
const reasonOf = (prompts: ExactPrompts, question: RenderableQuestion | null) => readingOf(prompts, question).reason

describe('what is looked up by what engines say', () => {
  it('is nothing before an engine has said a word, since then all seem empty', () => {
    const { prompts, hold } = start()
    expect(reasonOf(prompts, completion(text))).toBe('no_events')
    hold()
    expect(reasonOf(prompts, completion(text))).toBeNull()
  })

  it.each([
    ['a list of prompts', completion([text]), 'unrenderable'],
    ['tokens', completion([1, 2]), 'unrenderable'],
    ['what is no JSON', asked('chat', '{'), 'unrenderable'],
    ['no messages', asked('chat', '{"messages":3}'), 'unrenderable'],
    ['another path', null, 'other_path'],
    ['more than 1 MB', completion('a'.repeat(1_000_000)), 'too_large'],
  ] as const)('is not %s', (_what, question, reason) => {
    const { prompts, hold } = start()
    hold()
    expect(reasonOf(prompts, question)).toBe(reason)
  })
})

const prediction = (
  by: ExactPrompts,
  heldTokens: number,
  wasComputing = false,
  dialect: PromptKind['dialect'] = '',
): Prediction => ({
  by,
  heldTokens,
  promptBytes: 400,
  images: 0,
  dialect,
  wasComputing,
})

describe('trust in what engines say', () => {
  it('ends when answers report other cached tokens, is tried on one in eight, and comes back', () => {
    const { prompts, series, changes, hold } = start()
    hold()
    const answer = (held: number, cached: number) =>
      prompts.answered(prediction(prompts, held), { inputTokens: 100, cachedTokens: cached })
    for (let count = 0; count < 40; count += 1) answer(320, 0)
    expect(changes).toEqual([false])
    const readings = Array.from({ length: 16 }, () => readingOf(prompts, completion(text)))
    expect(new Set(readings.map(({ reason }) => reason))).toEqual(new Set(['untrusted']))
    expect(readings.filter(({ prompt }) => prompt !== null)).toHaveLength(2)
    for (let count = 0; count < 400; count += 1) answer(320, 304)
    expect(changes).toEqual([false, true])
    expect(reasonOf(prompts, completion(text))).toBeNull()
    expect([series.predicted('too_many').value, series.predicted('').value]).toEqual([40, 400])
  })

  it('ends for a dialect that its engine turns into another chat, and not for chats', () => {
    const { prompts, changes, hold } = start()
    hold()
    for (let count = 0; count < 40; count += 1) {
      prompts.answered(prediction(prompts, 320, false, '/v1/messages'), { inputTokens: 100, cachedTokens: 0 })
    }
    expect(changes).toEqual([false])
    expect(reasonOf(prompts, completion(text, '/v1/messages'))).toBe('untrusted')
    expect(reasonOf(prompts, completion(text))).toBeNull()
  })

  it('is one for all threads: told by any, lost in all at once, tried on one in eight of all their requests', () => {
    const memory = createTrustMemory()
    const threads = Array.from({ length: 4 }, () => start(simulatedPrompting, new EventTrust(memory)))
    for (const { hold } of threads) hold()
    const answer = (at: number, held: number, cached: number) => {
      const by = threads[at % 4]?.prompts
      by?.answered(prediction(by, held), { inputTokens: 100, cachedTokens: cached })
    }
    for (let count = 0; count < 40; count += 1) answer(count, 320, 0)
    // The thread that heard of the answer that decided it says so, once.
    expect(threads.flatMap(({ changes }) => changes)).toEqual([false])
    const readings = Array.from({ length: 16 }, () =>
      threads.map(({ prompts }) => readingOf(prompts, completion(text))),
    ).flat()
    expect(new Set(readings.map(({ reason }) => reason))).toEqual(new Set(['untrusted']))
    expect(readings.filter(({ prompt }) => prompt !== null)).toHaveLength(8)
    for (let count = 0; count < 400; count += 1) answer(count, 320, 304)
    expect(threads.flatMap(({ changes }) => changes).toSorted()).toEqual([false, true])
    for (const { prompts } of threads) expect(reasonOf(prompts, completion(text))).toBeNull()
  })

  it('does not end over blocks that were being computed, of which no event could tell yet', () => {
    const { prompts, changes, hold } = start()
    hold()
    for (let count = 0; count < 100; count += 1) {
      prompts.answered(prediction(prompts, 0, true), { inputTokens: 600, cachedTokens: 512 })
    }
    expect(changes).toEqual([])
  })
})

/** A model that writes `<p>` for each piece of an image. */
async function startWithImages() {
  const template = await readChatTemplate({
    tokenizerConfig: {},
    templateFile: '{% for m in messages %}{{ m.content }}{% endfor %}',
    modelConfig: null,
    isMistralFormat: false,
  })
  if (template.kind === 'unsupported') throw new Error(template.reason)
  const format = {
    placeholder: '\u0000image\u0000',
    before: '',
    after: '',
    piece: '<p>',
    token: 9,
    model: 'owner/model',
  }
  const started = start({ template, promptBytes: (prompt) => Buffer.from(prompt), images: format })
  started.hold()
  return started
}

const png = (bytes: number) => {
  const file = Buffer.alloc(bytes, 7)
  file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return `data:image/png;base64,${file.toString('base64')}`
}
const chatWith = (url: string, said = text) => {
  const content = [
    { type: 'image_url', image_url: { url } },
    { type: 'text', text: said },
  ]
  return asked('chat', JSON.stringify({ messages: [{ role: 'user', content }] }))
}

describe('chats with images', () => {
  it('are looked up with their images’ names, and the same image has the same', async () => {
    const { prompts } = await startWithImages()
    const [one, same, other] = [png(90), png(90), png(91)].map((url) => readingOf(prompts, chatWith(url)))
    expect(one).toMatchObject({ reason: null, prompt: { images: 1 } })
    const bytes = Buffer.from(one?.prompt?.bytes ?? [])
    expect(bytes.toString('latin1')).toMatch(/^\u00ff[\da-f]{64}\u00ff\nriver stone/)
    expect(same?.prompt?.bytes).toEqual(bytes)
    expect(other?.prompt?.bytes).not.toEqual(bytes)
  })

  it.each([
    ['one that the engine fetches', chatWith('https://example.com/a.png'), 'media'],
    ['an image of 3 MB', chatWith(png(3_000_000)), null],
    ['an image of 9 MB', chatWith(png(9_000_000)), 'too_large'],
    ['as much text as an image', chatWith(png(90), 'a'.repeat(3_000_000)), 'too_large'],
    ['the text of a piece', chatWith(png(90), 'what is <p>?'), 'media'],
  ])('go by what was sent where or not: %s', async (_what, question, reason) => {
    const { prompts } = await startWithImages()
    expect(reasonOf(prompts, question)).toBe(reason)
  })

  it('have trust of their own: an engine that names images otherwise costs no other prompt', async () => {
    const { prompts, changes } = await startWithImages()
    const answered = { ...prediction(prompts, 0), images: 1 }
    for (let count = 0; count < 40; count += 1) prompts.answered(answered, { inputTokens: 600, cachedTokens: 512 })
    expect(changes).toEqual([false])
    const readings = Array.from({ length: 16 }, () => readingOf(prompts, chatWith(png(90))))
    expect(new Set(readings.map(({ reason }) => reason))).toEqual(new Set(['untrusted']))
    expect(readings.filter(({ prompt }) => prompt !== null)).toHaveLength(2)
    expect(reasonOf(prompts, completion(text))).toBeNull()
  })

  it('teach how many tokens an image has, and nothing of how long a token of text is', async () => {
    const { prompts } = await startWithImages()
    const { prompt } = readingOf(prompts, chatWith(png(90)))
    if (prompt === null) throw new Error('it is not looked up')
    const withoutImages = { ...prompt, images: 0 }
    const before = prompts.estimateTokens(withoutImages)
    const answered = { ...prediction(prompts, 0), promptBytes: prompt.bytes.length, images: 1 }
    for (let count = 0; count < 200; count += 1) prompts.answered(answered, { inputTokens: 1200, cachedTokens: 0 })
    expect(prompts.estimateTokens(withoutImages)).toBe(before)
    expect(Math.abs(prompts.estimateTokens(prompt) - 1200)).toBeLessThan(20)
  })
})
