import type { StepSample } from './fit-step-cost.ts'

/** What a load generator measured of requests of one size, as many at once all the time as `concurrency` says. */
export interface LatencySample {
  readonly promptTokens: number
  /** Of the prompt, found in the cache. */
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly concurrency: number
  readonly ttftMs: number
  /** Between two tokens, mean; 0 for one token. */
  readonly tpotMs: number
}

/**
 * What latencies say about steps. The time to the first token of a request that is alone is that of its prompt's steps.
 * Between two tokens of a request there is one step, and when the same number of requests is always under way, each of
 * the others has its prompt computed once while one is answered: a step computes on average a token of each and the
 * others' share of a prompt, and reads the context that each has half-way.
 * @param maxBatchedTokens tokens in a step at the most
 */
export function stepSamplesOf(sample: LatencySample, maxBatchedTokens: number): readonly StepSample[] {
  const { promptTokens, cachedTokens, outputTokens, concurrency, ttftMs, tpotMs } = sample
  const uncached = Math.max(1, promptTokens - cachedTokens)
  const first = { steps: Math.ceil(uncached / maxBatchedTokens), tokens: uncached, context: 0, ms: ttftMs }
  const others = ((concurrency - 1) * uncached) / outputTokens
  const next = { tokens: concurrency + others, context: concurrency * (promptTokens + outputTokens / 2), ms: tpotMs }
  return [...(concurrency === 1 && ttftMs > 0 ? [first] : []), ...(outputTokens > 1 && tpotMs > 0 ? [next] : [])]
}
