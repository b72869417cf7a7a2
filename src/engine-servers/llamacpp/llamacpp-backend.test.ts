import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GenerationRequest, GenerationResult, ServingError } from '../serving/index.ts'
import { LlamacppBackend } from './index.ts'
import { provideRealEngine, realSettings } from './testing/real-engine.ts'

const minutes = 60_000
const never = new AbortController().signal
let backend: LlamacppBackend

beforeAll(async () => {
  const engine = await provideRealEngine()
  backend = new LlamacppBackend(realSettings(engine, ['--ctx-size', '2048', '--parallel', '4', '--max-waiting', '2']))
  await backend.loaded
}, 10 * minutes)
afterAll(() => backend.close())

type Wish = Partial<GenerationRequest> & { readonly ask?: string }

function request({ ask, ...fields }: Wish): GenerationRequest {
  return {
    input: { kind: 'chat', messages: [{ role: 'user', content: ask ?? 'Hello' }] },
    temperature: 0,
    stop: [],
    ignoreEos: false,
    responseFormat: { type: 'text' },
    isStreamed: true,
    ...fields,
  }
}

interface Answer extends GenerationResult {
  readonly text: string
  readonly pieces: readonly string[]
  readonly pieceTokens: number
}

async function answer(wish: Wish, signal = never): Promise<Answer> {
  const pieces: string[] = []
  let pieceTokens = 0
  const result = await backend.generate(
    request(wish),
    (text, tokens) => {
      pieces.push(text)
      pieceTokens += tokens
    },
    signal,
  )
  return { ...result, text: pieces.join(''), pieces, pieceTokens }
}

async function refusal(wish: Wish): Promise<ServingError> {
  return answer(wish).then(
    () => expect.unreachable('it was served'),
    (error: unknown) => error as ServingError,
  )
}

function product(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}

describe('the real llama.cpp', { timeout: 5 * minutes }, () => {
  it('answers a chat with the model’s own template, in pieces, and counts tokens', async () => {
    const paris = await answer({ ask: 'What is the capital of France?', maxTokens: 40 })
    // The beginning and the length of the prompt are those that llama-server gave for the same file and question.
    expect(paris.text).toMatch(/^L'Étoile, la Mar/)
    expect(paris.promptTokens).toBe(37)
    expect(paris.pieces.length).toBeGreaterThan(3)
    expect(paris.pieces).not.toContain('')
    const rendered = await backend.tokenizeChat([{ role: 'user', content: 'What is the capital of France?' }])
    expect(paris.promptTokens).toBe(rendered.length)
    expect(await backend.detokenize(rendered)).toMatch(
      /^<\|im_start\|>system\n.*<\|im_end\|>\n<\|im_start\|>user\nWhat is the capital of France\?<\|im_end\|>\n<\|im_start\|>assistant\n$/s,
    )
    expect(paris.completionTokens).toBeLessThanOrEqual(40)
    expect(paris.completionTokens - paris.pieceTokens).toBe(paris.finishReason === 'stop' ? 1 : 0)
  })

  it('ends at the length that was asked for', async () => {
    const cut = await answer({ ask: 'Tell me a long story.', maxTokens: 5 })
    expect(cut).toMatchObject({ finishReason: 'length', completionTokens: 5 })
  })

  it('gives the same answer again at temperature 0 and for the same seed, another for another', async () => {
    const ask = 'Write one sentence about the sea.'
    const greedy = await answer({ ask, maxTokens: 16 })
    expect((await answer({ ask, maxTokens: 16 })).text).toBe(greedy.text)
    const seeded = (seed: number) => answer({ ask, maxTokens: 16, temperature: 1.5, topK: 0, minP: 0, topP: 1, seed })
    const [one, other] = [await seeded(1), await seeded(2)]
    expect(other.text).not.toBe(one.text)
    expect((await seeded(1)).text).toBe(one.text)
  })

  it('reuses the KV cache of the same beginning, and says so', async () => {
    const first = await answer({ ask: 'Name three colours of the rainbow, please.', maxTokens: 8 })
    const again = await answer({ ask: 'Name three colours of the rainbow, please.', maxTokens: 8 })
    expect(again.cachedTokens).toBe(first.promptTokens - 1)
    expect(again.text).toBe(first.text)
    const messages = [
      { role: 'user', content: 'Name three colours of the rainbow, please.' },
      { role: 'assistant', content: first.text },
      { role: 'user', content: 'And a fourth?' },
    ]
    const next = await answer({ input: { kind: 'chat', messages }, maxTokens: 4 })
    expect(next.cachedTokens).toBeGreaterThanOrEqual(first.promptTokens)
    expect(backend.load().cachedPromptTokens).toBeGreaterThanOrEqual(again.cachedTokens + next.cachedTokens)
  })

  it('runs four at once, keeps two more waiting, and refuses the seventh', async () => {
    const load = { running: 0, waiting: 0, kvCacheUsage: 0 }
    const watch = () => {
      const now = backend.load()
      load.running = Math.max(load.running, now.running)
      load.waiting = Math.max(load.waiting, now.waiting)
      load.kvCacheUsage = Math.max(load.kvCacheUsage, now.kvCacheUsage)
    }
    const runs = Array.from({ length: 7 }, (_, number) =>
      backend.generate(request({ ask: `Count from ${number}.`, maxTokens: 12, ignoreEos: true }), watch, never),
    )
    const settled = await Promise.allSettled(runs)
    expect(settled.map(({ status }) => status)).toEqual([...Array.from({ length: 6 }, () => 'fulfilled'), 'rejected'])
    expect(settled[6]).toMatchObject({ reason: { status: 503 } })
    for (const run of settled.slice(0, 6)) expect(run).toMatchObject({ value: { completionTokens: 12 } })
    expect(load).toMatchObject({ running: 4, waiting: 2 })
    expect(load.kvCacheUsage).toBeGreaterThan(0)
    expect(load.kvCacheUsage).toBeLessThan(1)
    expect(backend.load()).toMatchObject({ running: 0, waiting: 0, kvCacheUsage: 0 })
  })

  it('gives a sequence the same answer in company as alone', async () => {
    const ask = 'What colour is the sky on a clear day?'
    const alone = await answer({ ask, maxTokens: 8 })
    const [together] = await Promise.all([
      answer({ ask, maxTokens: 8 }),
      answer({ ask: 'Tell me about cats.', maxTokens: 8 }),
      answer({ ask: 'Tell me about the history of bread in ten words.', maxTokens: 8 }),
    ])
    expect(together?.text).toBe(alone.text)
  })

  it('frees the sequence of a client that goes, while it is answered, while its prompt is read, and while it waits', async () => {
    const gone = new Error('client gone')
    const answering = new AbortController()
    const run = backend.generate(
      request({ ask: 'Tell me a very long story.', ignoreEos: true, maxTokens: 400 }),
      () => answering.abort(gone),
      answering.signal,
    )
    await expect(run).rejects.toBe(gone)
    expect(backend.load().running).toBe(0)

    const reading = new AbortController()
    const long = `Summarise: ${'many different words follow here, '.repeat(50)}`
    const readingRun = backend.generate(
      request({ ask: long, maxTokens: 4 }),
      () => {},
      reading.signal,
      () => setImmediate(() => reading.abort(gone)),
    )
    await expect(readingRun).rejects.toBe(gone)
    expect(backend.load().running).toBe(0)

    const waiting = new AbortController()
    const busy = Array.from({ length: 4 }, () => answer({ ask: 'Count.', ignoreEos: true, maxTokens: 30 }))
    await vi.waitUntil(() => backend.load().running === 4, { timeout: minutes, interval: 5 })
    const waitingRun = answer({ ask: 'Too late.' }, waiting.signal)
    await vi.waitUntil(() => backend.load().waiting === 1, { timeout: minutes, interval: 1 })
    waiting.abort(gone)
    expect(backend.load()).toMatchObject({ running: 4, waiting: 0 })
    await expect(waitingRun).rejects.toBe(gone)
    await Promise.all(busy)
  })

  it('stops at a string that spans tokens, and shows nothing of it', async () => {
    const ask = 'What is the capital of France?'
    const { text } = await answer({ ask, maxTokens: 24 })
    // From the middle of one word to the middle of the next but one.
    const stop = text.slice(8, 20)
    expect((await backend.tokenize(stop)).length).toBeGreaterThan(2)
    const stopped = await answer({ ask, maxTokens: 24, stop: ['never said', stop] })
    expect(stopped).toMatchObject({ finishReason: 'stop', stopReason: stop, text: text.slice(0, text.indexOf(stop)) })
  })

  it('never shows half a character', async () => {
    const flags = await backend.tokenize('🎉🌍🚀é漢字')
    const spelled = [...(await backend.tokenize('Repeat: 🎉🌍🚀é漢字 🎉🌍🚀é漢字 🎉🌍🚀é漢字 ')), ...flags.slice(0, 2)]
    const { text, pieces } = await answer({ input: { kind: 'prompt', prompt: spelled }, maxTokens: 24 })
    expect(pieces.join('')).toBe(text)
    for (const piece of pieces) expect(Buffer.from(piece).toString()).toBe(piece)
    expect(pieces.some((piece) => /[^\u0020-\u007e]/.test(piece))).toBe(true)
  })

  it('goes on after the end token where it is told to', async () => {
    const on = await answer({ ask: 'Say yes.', ignoreEos: true, maxTokens: 60 })
    expect(on).toMatchObject({ finishReason: 'length', completionTokens: 60 })
  })

  it('keeps to a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string', maxLength: 20 },
        population: { type: 'integer' },
        isCapital: { type: 'boolean' },
        river: { anyOf: [{ type: 'string', maxLength: 20 }, { type: 'null' }] },
        kind: { enum: ['town', 'metropolis'] },
      },
      required: ['city', 'population', 'isCapital', 'river', 'kind'],
      additionalProperties: false,
    }
    const json = await answer({
      ask: 'Describe Paris.',
      responseFormat: { type: 'json_schema', schema },
      maxTokens: 200,
      ignoreEos: true,
    })
    expect(json.finishReason).toBe('stop')
    expect(JSON.parse(json.text)).toEqual({
      city: expect.any(String),
      population: expect.any(Number),
      isCapital: expect.any(Boolean),
      river: expect.toSatisfy((river) => river === null || typeof river === 'string'),
      kind: expect.stringMatching(/^(town|metropolis)$/),
    })
    expect(json.text).toBe(json.text.trim())
  })

  it('gives some JSON object, sampled too', async () => {
    const json = await answer({
      ask: 'Give the name and the age of a person as JSON.',
      responseFormat: { type: 'json_object' },
      temperature: 0.7,
      seed: 3,
      maxTokens: 400,
    })
    expect(json.text).toMatch(/^\{/)
    expect(json.finishReason === 'length' || typeof JSON.parse(json.text) === 'object').toBe(true)
  })

  it('penalises repetition', async () => {
    const prompt = 'The cat sat. The cat sat. The cat sat. The cat sat.'
    const input = { kind: 'prompt' as const, prompt }
    const plain = await answer({ input, maxTokens: 8 })
    const penalised = await answer({ input, maxTokens: 8, repetitionPenalty: 2 })
    expect(plain.text).toContain('The cat sat')
    expect(penalised.text).not.toContain('The cat sat')
  })

  it.each([
    ['a prompt beyond the context', { ask: 'word '.repeat(600) }, /maximum context length is 512 tokens/],
    ['a prompt far beyond it', { ask: 'word '.repeat(1_000_000) }, /maximum context length is 512 tokens/],
    ['more output than fits', { ask: 'Hi', maxTokens: 512 }, /max_tokens=512 is too large/],
    ['foreign token ids', { input: { kind: 'prompt' as const, prompt: [1, 999_999] } }, /Token id 999999 is out of/],
    ['an empty prompt', { input: { kind: 'prompt' as const, prompt: '' } }, /prompt is empty/],
    [
      'a picture',
      { input: { kind: 'chat' as const, messages: [{ role: 'user', content: [{ type: 'image_url' }] }] } },
      /reads text only/,
    ],
    [
      'a schema that it could not keep to',
      { responseFormat: { type: 'json_schema' as const, schema: { type: 'string', pattern: 'x' } } },
      /pattern is not supported/,
    ],
  ])('refuses %s with 400 and goes on', async (_case, wish, message) => {
    const error = await refusal(wish)
    expect(error).toMatchObject({ status: 400, message: expect.stringMatching(message) })
    expect(backend.load()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('fills the context to the last token, and not beyond', async () => {
    const prompt = (await backend.tokenize('word '.repeat(600))).slice(0, 500)
    const full = await answer({ input: { kind: 'prompt', prompt }, ignoreEos: true })
    expect(full).toMatchObject({ finishReason: 'length', promptTokens: 500, completionTokens: 12 })
  })

  it('turns text into tokens and back', async () => {
    const text = 'Hello wörld 🎉 <|im_end|>\n\tx'
    const tokens = await backend.tokenize(text)
    expect(await backend.detokenize(tokens)).toBe(text)
    await expect(backend.detokenize([-1])).rejects.toMatchObject({ status: 400 })
  })

  it('embeds texts: length 1, the same for the same, nearer for the nearer', async () => {
    const inputs = ['The cat sat on the mat.', 'A cat is sitting on a mat.', 'Quarterly revenue rose by 3 %.']
    const tokens = await backend.tokenize(inputs[0] ?? '')
    const { vectors, promptTokens } = await backend.embed([...inputs, tokens], never)
    const [cat = [], sitting = [], revenue = [], again = []] = vectors
    expect(cat).toHaveLength(576)
    expect(product(cat, cat)).toBeCloseTo(1, 6)
    expect(product(cat, again)).toBeCloseTo(1, 6)
    expect(product(cat, sitting)).toBeGreaterThan(product(cat, revenue))
    expect(promptTokens).toBeGreaterThan(tokens.length * 2)
    await expect(backend.embed(['word '.repeat(600)], never)).rejects.toMatchObject({ status: 400 })
  })

  it('counts what it has done', () => {
    const { promptTokens, cachedPromptTokens, generatedTokens } = backend.load()
    expect(generatedTokens).toBeGreaterThan(100)
    expect(promptTokens).toBeGreaterThan(cachedPromptTokens)
  })
})
