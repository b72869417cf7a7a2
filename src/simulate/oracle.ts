import { BatchingEngine } from '../engines/index.ts'
import type { Prompt } from './prepare-prompts.ts'

/**
 * Tokens of the prompts that one cache as large as all together would have held, asked in order of arrival, one after
 * another: LRU, whole blocks, never the last token. Answers take room in it where a later prompt is known to contain them.
 */
export function oracleHitTokens(
  prompts: readonly Prompt[],
  size: { readonly capacityTokens: number; readonly unitTokens: number; readonly blockTokens: number },
): number {
  const free = { baseMs: 0, msPerToken: 0, msPerAttentionPair: 0, weightsMs: 0, msPerContextToken: 0, assumptions: [] }
  const engine = new BatchingEngine(
    {
      kvCapacityTokens: size.capacityTokens,
      kvBlockTokens: size.blockTokens,
      maxSequences: 1,
      maxBatchedTokens: Infinity,
      step: free,
    },
    size.unitTokens,
  )
  const ask = (units: readonly number[], tokens: number): number => {
    const sequence = engine.add({ units, namedTokens: tokens, promptTokens: tokens, outputTokens: 1, stage: 'both' })
    if (sequence === null) return 0
    engine.step()
    return Math.max(0, sequence.cachedTokens)
  }
  let hits = 0
  for (const { units, tokens, namedTokens } of prompts) {
    hits += ask(units, tokens)
    if (namedTokens > tokens) ask(units, namedTokens)
  }
  return hits
}
