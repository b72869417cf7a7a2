import { describe, expect, it } from 'vitest'
import { BatchingEngine } from './batching-engine.ts'
import { add, drain, requestOf, smallShape } from './testing/drive.ts'

const small = (shape = {}) => new BatchingEngine({ ...smallShape, ...shape }, 4)

// proves F3 (simulated)
describe('BatchingEngine', () => {
  it('takes for a prompt alone what the formula says, or every figure of a simulation is off', () => {
    const engine = small()
    add(engine, requestOf([1, 2], 6, 2))
    // base + 6 tokens (more than reading the weights) + 6 × 7 / 2 pairs.
    expect(engine.step().durationMs).toBeCloseTo(1 + 6 + 21 * 0.001)
    // base + weights + 6 tokens of context.
    expect(engine.step().durationMs).toBeCloseTo(1 + 2 + 6 * 0.01)
    expect(engine.step().durationMs).toBe(0)
  })

  it('cuts a long prompt to the budget, after those that decode', () => {
    const engine = small()
    const first = add(engine, requestOf([1], 4, 5))
    engine.step()
    const long = add(engine, requestOf([2, 3, 4, 5], 16, 1))
    expect([engine.step().computedTokens, first.generated, long.computed]).toEqual([8, 2, 7])
    expect([engine.step().computedTokens, first.generated, long.computed]).toEqual([8, 3, 14])
    expect([engine.step().computedTokens, first.generated, long.generated]).toEqual([3, 4, 1])
  })

  it('finds whole blocks of what it held, and never the last token', () => {
    const engine = small()
    add(engine, requestOf([1, 2], 8, 1))
    drain(engine)
    const [same, longer, other] = [requestOf([1, 2], 8, 1), requestOf([1, 2, 3], 11, 1), requestOf([9, 2], 8, 1)].map(
      (request) => add(engine, request),
    )
    drain(engine)
    expect([same?.cachedTokens, longer?.cachedTokens, other?.cachedTokens]).toEqual([4, 8, 0])
  })

  it('shares a prompt that came in the very same step', () => {
    const engine = small({ maxBatchedTokens: 100 })
    const [one, two] = [add(engine, requestOf([1, 2], 8, 1)), add(engine, requestOf([1, 2], 8, 1))]
    expect(engine.step().computedTokens).toBe(8 + 4)
    expect([one.cachedTokens, two.cachedTokens]).toEqual([0, 4])
  })

  it('loses the longest unused first, and of a prompt its end', () => {
    const engine = small({ maxBatchedTokens: 100 })
    for (const units of [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]) {
      add(engine, requestOf(units, 16, 1))
      drain(engine)
    }
    // 2 blocks are empty: 2 of the first prompt's 4 have to go.
    add(engine, requestOf([11, 12, 13, 14], 16, 1))
    drain(engine)
    const again = [requestOf([1, 2, 3, 4], 16, 1), requestOf([5, 6, 7, 8], 16, 1)].map((request) => {
      const sequence = add(engine, request)
      engine.step()
      return sequence.cachedTokens
    })
    expect(again[0]).toBe(8)
  })

  it('lets so many sequences run and no more', () => {
    const engine = small()
    for (let unit = 0; unit < 6; unit += 1) add(engine, requestOf([unit], 1, 3))
    engine.step()
    expect([engine.running, engine.waiting]).toEqual([4, 2])
    drain(engine)
    expect([engine.running, engine.waiting, engine.usedBlocks]).toEqual([0, 0, 0])
  })

  it('starts a prompt only when all of it has room', () => {
    const engine = small()
    add(engine, requestOf([1, 2, 3, 4, 5, 6], 24, 6))
    engine.step()
    const second = add(engine, requestOf([11, 12, 13, 14, 15], 20, 1))
    for (let step = 0; step < 4; step += 1) engine.step()
    expect(second.state).toBe('waiting')
    drain(engine)
    expect(second.state).toBe('done')
  })

  it('throws out whoever came last when blocks run out, and loses no token of it', () => {
    const engine = small({ maxBatchedTokens: 100 })
    const first = add(engine, requestOf([1, 2, 3, 4], 16, 16))
    const second = add(engine, requestOf([5, 6, 7, 8], 16, 16))
    const preempted: unknown[] = []
    let tokens = 0
    for (let step = engine.step(); step.computedTokens > 0; step = engine.step()) {
      preempted.push(...step.preempted)
      tokens += step.tokens.length
    }
    expect(preempted).toContain(second)
    expect(first.preemptions).toBe(0)
    expect([first.generated, second.generated, tokens]).toEqual([16, 16, 32])
    expect(second.cachedTokens).toBe(0)
  })

  it('goes on with a prompt that has come when the only one that ran is thrown out, or both wait for ever', () => {
    const engine = small()
    const answering = add(engine, requestOf([1], 4, 20))
    const coming = add(engine, requestOf([2, 3, 4, 5, 6, 7, 8], 28, 1, 'decode'))
    while (answering.computed < 12) engine.step()
    engine.received(coming)
    expect(engine.step()).toMatchObject({ preempted: [answering], tokens: [coming] })
    drain(engine)
    expect([coming.state, answering.state, answering.generated]).toEqual(['done', 'done', 20])
  })

  it('refuses what it cannot hold even alone, so that nothing waits for ever', () => {
    expect(small().add(requestOf([1, 2], 30, 11))).toBeNull()
    expect(small().add(requestOf([1, 2], 30, 10))).not.toBeNull()
  })

  it('holds a prompt for the replica that fetches it, until it is told to let go', () => {
    const engine = small()
    const sequence = add(engine, requestOf([1, 2], 8, 50 - 30, 'prefill'))
    drain(engine)
    expect([sequence.state, sequence.generated, engine.usedBlocks, engine.running]).toEqual(['held', 1, 2, 0])
    engine.release(sequence)
    engine.release(sequence)
    expect([sequence.state, engine.usedBlocks]).toEqual(['done', 0])
  })

  it('keeps blocks for a prompt on its way, and computes its last token only', () => {
    const engine = small()
    const sequence = add(engine, requestOf([1, 2], 8, 2, 'decode'))
    expect(engine.step()).toMatchObject({ computedTokens: 0, pulls: [sequence] })
    expect([sequence.state, engine.usedBlocks, engine.step().pulls.length]).toEqual(['receiving', 2, 0])
    engine.received(sequence)
    const step = engine.step()
    expect([step.computedTokens, step.durationMs]).toEqual([1, 1 + 2 + 7 * 0.01])
    drain(engine)
    expect([sequence.state, sequence.generated, engine.usedBlocks]).toEqual(['done', 2, 0])
  })

  it('finds nothing of a prompt that is on its way, and all of it once it has come', () => {
    const engine = small({ maxBatchedTokens: 100 })
    const coming = add(engine, requestOf([1, 2], 8, 2, 'decode'))
    engine.step()
    const [fetched, computed] = [requestOf([1, 2], 8, 2, 'decode'), requestOf([1], 5, 1)].map((request) => {
      const sequence = add(engine, request)
      engine.step()
      return sequence
    })
    expect([fetched?.cachedTokens, fetched?.state, computed?.cachedTokens]).toEqual([0, 'receiving', 0])
    engine.received(coming)
    const late = add(engine, requestOf([1, 2], 8, 1))
    drain(engine)
    expect(late.cachedTokens).toBe(4)
  })

  it('holds the prompt that it computes for another replica, and not the answer', () => {
    expect(small().add(requestOf([1, 2], 39, 100, 'prefill'))).not.toBeNull()
    expect(small().add(requestOf([1, 2], 40, 1, 'prefill'))).toBeNull()
  })

  it('ends what its client has left, in whatever state', () => {
    const engine = small()
    const sequences = [
      add(engine, requestOf([1, 2], 8, 9)),
      add(engine, requestOf([3, 4], 8, 1, 'prefill')),
      add(engine, requestOf([5, 6], 8, 9, 'decode')),
      add(engine, requestOf([7, 8], 8, 9)),
    ]
    for (let step = 0; step < 4; step += 1) engine.step()
    for (const sequence of sequences) {
      engine.abort(sequence)
      engine.abort(sequence)
    }
    expect([engine.running, engine.waiting, engine.usedBlocks, engine.step().computedTokens]).toEqual([0, 0, 0, 0])
  })

  it('keeps prompts short beside answers where an engine does, so that these go on at their pace', () => {
    const engine = small({ maxPromptTokensBeside: 2 })
    const first = add(engine, requestOf([1], 4, 9))
    expect(engine.step().computedTokens).toBe(4)
    add(engine, requestOf([2, 3], 7, 1))
    const steps = [1, 2, 3, 4].map(() => engine.step().computedTokens)
    expect(steps).toEqual([3, 3, 3, 2])
    expect(first.generated).toBe(5)
    // Alone again, the next prompt has the step for itself.
    drain(engine)
    add(engine, requestOf([4, 5], 8, 1))
    expect(engine.step().computedTokens).toBe(8)
  })

  it('takes its time for each token that comes out, where that is known', () => {
    const engine = small({ step: { ...smallShape.step, msPerOutputToken: 5 } })
    add(engine, requestOf([1, 2], 8, 2))
    const [first, second] = [engine.step().durationMs, engine.step().durationMs]
    const plain = small()
    add(plain, requestOf([1, 2], 8, 2))
    expect([first, second]).toEqual([plain.step().durationMs + 5, plain.step().durationMs + 5])
  })

  it('finds nothing of what ended before it was computed, or before it came from elsewhere', () => {
    const engine = small()
    const halfway = add(engine, requestOf([1, 2, 3], 12, 4))
    engine.step()
    // Eight of twelve tokens a step: two blocks are full.
    engine.abort(halfway)
    const fetching = add(engine, requestOf([4, 5, 6], 12, 2, 'decode'))
    engine.step()
    engine.abort(fetching)
    const again = [add(engine, requestOf([1, 2, 3], 12, 1)), add(engine, requestOf([4, 5, 6], 12, 1))]
    drain(engine)
    expect(again.map(({ cachedTokens }) => cachedTokens)).toEqual([8, 0])
    expect(engine.usedBlocks).toBe(0)
  })

  it('forgets an answer’s last block when its client goes before it is full', () => {
    const engine = small({ maxBatchedTokens: 40 })
    const request = { ...requestOf([1, 2, 3], 6, 8), namedTokens: 12 }
    const answering = add(engine, request)
    for (let step = 0; step < 4; step += 1) engine.step()
    expect(answering.computed).toBe(9)
    engine.abort(answering)
    const next = add(engine, requestOf([1, 2, 3], 14, 1))
    drain(engine)
    expect(next.cachedTokens).toBe(8)
  })

  it('says no unit that is not whole blocks', () => {
    expect(() => new BatchingEngine(smallShape, 6)).toThrow('whole blocks')
  })
})
