import type { BatchingEngine } from '../batching-engine.ts'
import type { BatchingShape, BatchRequest } from '../contract.ts'
import type { Sequence } from '../sequence.ts'

/** A small engine whose figures are easy to follow: 10 blocks of 4 tokens, 8 tokens a step, 1 ms a token. */
export const smallShape: BatchingShape = {
  kvCapacityTokens: 40,
  kvBlockTokens: 4,
  maxSequences: 4,
  maxBatchedTokens: 8,
  step: { baseMs: 1, msPerToken: 1, msPerAttentionPair: 0.001, weightsMs: 2, msPerContextToken: 0.01, assumptions: [] },
}

/** A request whose prompt's units are named, and whose answer's are not. */
export function requestOf(
  units: readonly number[],
  promptTokens: number,
  outputTokens: number,
  stage: BatchRequest['stage'] = 'both',
): BatchRequest {
  return { units, namedTokens: promptTokens, promptTokens, outputTokens, stage }
}

/** Adds a request that is known to fit. */
export function add(engine: BatchingEngine, request: BatchRequest): Sequence {
  const sequence = engine.add(request)
  if (sequence === null) throw new Error('the request does not fit')
  return sequence
}

/** Steps until nothing is computed any more; how long that took. */
export function drain(engine: BatchingEngine, onStep: () => void = () => {}): number {
  let ms = 0
  for (;;) {
    const step = engine.step()
    onStep()
    if (step.computedTokens === 0) return ms
    ms += step.durationMs
  }
}
