import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchingEngine } from './batching-engine.ts'
import type { BatchingShape, BatchRequest } from './contract.ts'
import { add, drain, smallShape } from './testing/drive.ts'
import { PlainBlocks } from './testing/plain-blocks.ts'

/** Blocks of a unit. */
const unitBlocks = 3
const unitTokens = unitBlocks * smallShape.kvBlockTokens

/** Prompts from a small tree, so that they share beginnings. A unit's name is its path. */
const prompts = fc.record({
  path: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 4 }),
  missing: fc.integer({ min: 0, max: unitTokens - 1 }),
  outputTokens: fc.integer({ min: 1, max: 20 }),
  steps: fc.integer({ min: 0, max: 6 }),
})
type Prompt = typeof prompts extends fc.Arbitrary<infer T> ? T : never

const shapes = fc.record({
  kvCapacityTokens: fc.integer({ min: 68, max: 200 }),
  maxSequences: fc.integer({ min: 1, max: 5 }),
  maxBatchedTokens: fc.integer({ min: 5, max: 64 }),
})

function pathNames(path: readonly number[], isWhole: boolean, missing: number): number[] {
  let name = 1
  return path.map((turn, place) => {
    name = name * 2 + turn
    // A shorter last unit has another text, and another name.
    return place === path.length - 1 && !isWhole ? 1000 + name * unitTokens + missing : name
  })
}

function requestFor({ path, missing, outputTokens }: Prompt): BatchRequest {
  const promptTokens = path.length * unitTokens - missing
  const units = pathNames(path, missing === 0, missing)
  return { units, namedTokens: promptTokens, promptTokens, outputTokens, stage: 'both' }
}

/** Runs prompts, some steps between two, and checks what has to hold after each step. */
function run(shape: BatchingShape, given: readonly Prompt[], units: 'runs' | 'blocks') {
  const events = new Map<number, number>()
  const listener = {
    stored: (unit: number, blocks: number) => events.set(unit, blocks),
    removed: (unit: number, blocks: number) => (blocks === 0 ? events.delete(unit) : events.set(unit, blocks)),
  }
  const engine = new BatchingEngine(shape, units === 'runs' ? unitTokens : shape.kvBlockTokens, listener)
  const durations: number[] = []
  let tokens = 0
  const step = (): boolean => {
    const { computedTokens, durationMs, tokens: done } = engine.step()
    durations.push(durationMs)
    tokens += done.length
    expect(computedTokens).toBeLessThanOrEqual(shape.maxBatchedTokens)
    expect(engine.running).toBeLessThanOrEqual(shape.maxSequences)
    expect(engine.usedBlocks).toBeGreaterThanOrEqual(0)
    expect(engine.usedBlocks).toBeLessThanOrEqual(engine.heldBlocks)
    expect(engine.heldBlocks).toBeLessThanOrEqual(engine.capacityBlocks)
    const told = [...events.values()].reduce((sum, blocks) => sum + blocks, 0)
    expect(told).toBeLessThanOrEqual(engine.heldBlocks)
    return computedTokens > 0
  }
  const sequences = given.map((prompt) => {
    const request = requestFor(prompt)
    const split = request.units.flatMap((unit) => [0, 1, 2].map((block) => unit * unitBlocks + block))
    const sequence = engine.add(units === 'runs' ? request : { ...request, units: split })
    if (sequence === null) throw new Error('does not fit')
    for (let left = prompt.steps; left > 0; left -= 1) step()
    return sequence
  })
  for (let left = 20_000; step(); left -= 1) if (left === 0) throw new Error('it never ends')
  return { engine, sequences, durations, tokens }
}

// proves F3 (simulated)
describe('BatchingEngine, whatever comes', () => {
  it('answers every request in full, gives all blocks back and never has more than there are', () => {
    fc.assert(
      fc.property(shapes, fc.array(prompts, { maxLength: 25 }), (shape, given) => {
        const { engine, sequences, tokens } = run({ ...smallShape, ...shape }, given, 'runs')
        expect(sequences.map(({ generated, state }) => [generated, state])).toEqual(
          given.map(({ outputTokens }) => [outputTokens, 'done']),
        )
        expect(tokens).toBe(given.reduce((sum, { outputTokens }) => sum + outputTokens, 0))
        expect([engine.running, engine.waiting, engine.usedBlocks]).toEqual([0, 0, 0])
        for (const { cachedTokens, request } of sequences) {
          expect(cachedTokens % smallShape.kvBlockTokens).toBe(0)
          expect(cachedTokens).toBeLessThan(request.promptTokens)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('does the same with units of many blocks as with units of one, or traces of coarse blocks would mislead', () => {
    fc.assert(
      fc.property(shapes, fc.array(prompts, { maxLength: 25 }), (shape, given) => {
        const coarse = run({ ...smallShape, ...shape }, given, 'runs')
        const fine = run({ ...smallShape, ...shape }, given, 'blocks')
        expect(coarse.sequences.map(({ cachedTokens }) => cachedTokens)).toEqual(
          fine.sequences.map(({ cachedTokens }) => cachedTokens),
        )
        expect(coarse.durations).toEqual(fine.durations)
      }),
      { numRuns: 150 },
    )
  })

  it('finds of one request after another what vLLM’s pool of blocks finds, answers in the way included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 17, max: 50 }), fc.array(prompts, { maxLength: 60 }), (capacityBlocks, given) => {
        const { kvBlockTokens } = smallShape
        const engine = new BatchingEngine(
          { ...smallShape, kvCapacityTokens: capacityBlocks * kvBlockTokens },
          unitTokens,
        )
        const plain = new PlainBlocks(capacityBlocks, kvBlockTokens)
        const hits = given.map((prompt) => {
          // A prompt that ends where a block ends computes its last block twice in vLLM; here it is one.
          const missing = prompt.missing % kvBlockTokens === 0 ? prompt.missing + 1 : prompt.missing
          const request = requestFor({ ...prompt, missing })
          const sequence = add(engine, request)
          drain(engine)
          const whole = Math.floor(request.promptTokens / kvBlockTokens)
          const names = request.units.flatMap((unit) => [0, 1, 2].map((block) => unit * unitBlocks + block))
          return {
            here: sequence.cachedTokens,
            there: plain.serve(names.slice(0, whole), request.promptTokens, request.outputTokens),
          }
        })
        expect(hits.map(({ here }) => here)).toEqual(hits.map(({ there }) => there))
      }),
      { numRuns: 300 },
    )
  })
})
