/** Prompt tokens computed in a step in which others wait for their next token: their pause stays short. */
const interleavedTokens = 32

/**
 * How many prompt tokens each sequence that still reads its prompt computes in the next step: first come, first served, within
 * what one batch holds. A sequence that generates takes one place in the batch.
 * @param remaining prompt tokens left, oldest request first.
 * @param generating sequences that generate.
 */
export function planPrefill(remaining: readonly number[], generating: number, batchSize: number): readonly number[] {
  let budget = generating === 0 ? batchSize : Math.min(interleavedTokens, Math.max(1, batchSize - generating))
  return remaining.map((tokens) => {
    const share = Math.min(tokens, budget)
    budget -= share
    return share
  })
}
