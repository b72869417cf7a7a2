import type { StepCost } from './contract.ts'

/** What a step computes. */
export interface StepWork {
  /** Tokens computed. */
  tokens: number
  /** Pairs of tokens that meet in the attention of prompts: of each computed token all before it and itself. */
  pairs: number
  /** Tokens before those that are decoded, which attention reads. */
  context: number
  /** Sequences that get their first token; 0 when absent. */
  firstTokens?: number
  /** Sequences that get a further token; 0 when absent. */
  furtherTokens?: number
}

/** Milliseconds of a step (`StepCost` has the formula). */
export function stepMs(
  cost: StepCost,
  { tokens, pairs, context, firstTokens = 0, furtherTokens = 0 }: StepWork,
): number {
  return (
    cost.baseMs +
    Math.max(firstTokens > 0 ? (cost.firstTokenMs ?? 0) : 0, furtherTokens > 0 ? (cost.decodeMs ?? 0) : 0) +
    Math.max(cost.weightsMs, tokens * cost.msPerToken) +
    (firstTokens + furtherTokens) * (cost.msPerOutputToken ?? 0) +
    pairs * cost.msPerAttentionPair +
    context * cost.msPerContextToken
  )
}

/** Pairs of tokens that meet when `tokens` are computed after `before`. */
export const attentionPairs = (before: number, tokens: number): number => tokens * before + (tokens * (tokens + 1)) / 2
