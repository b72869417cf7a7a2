import { describe, expect, it } from 'vitest'
import { createSeriesTable } from '../../observe/contract.ts'
import { ExactKnowledgeWriter } from '../../scheduling/index.ts'
import { simulatedPrompting, simulatedTokens } from '../exact/simulated-prompting.ts'
import { tokenize } from '../../engines/index.ts'
import { ExactPrompts, type Prediction } from './exact-prompts.ts'
import type { RenderableQuestion } from './question.ts'
import { ModelSeries } from './served-model.ts'

const text = 'river stone '.repeat(40)

function start() {
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
    prompting: simulatedPrompting,
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

const asked = (kind: RenderableQuestion['kind'], body: string, dialect = ''): RenderableQuestion => ({
  kind,
  length: body.length,
  body: Buffer.from(body),
  dialect,
  fields: () => JSON.parse(body) as object,
})
const completion = (prompt: unknown, dialect = '') => asked('completion', JSON.stringify({ prompt }), dialect)
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

const prediction = (by: ExactPrompts, heldTokens: number, wasComputing = false, dialect = ''): Prediction => ({
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

  it('does not end over blocks that were being computed, of which no event could tell yet', () => {
    const { prompts, changes, hold } = start()
    hold()
    for (let count = 0; count < 100; count += 1) {
      prompts.answered(prediction(prompts, 0, true), { inputTokens: 600, cachedTokens: 512 })
    }
    expect(changes).toEqual([])
  })
})
