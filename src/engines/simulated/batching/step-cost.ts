import type { StepCost } from './contract.ts'

/** What a step computes. */
export interface StepWork {
  /** Tokens computed. */
  tokens: number
  /** Pairs of tokens that meet in the attention of prompts: of each computed token all before it and itself. */
  pairs: number
  /** Tokens before those that are decoded, which attention reads. */
  context: number
}

/** Milliseconds of a step (`StepCost` has the formula). */
export function stepMs(cost: StepCost, { tokens, pairs, context }: StepWork): number {
  return (
    cost.baseMs +
    Math.max(cost.weightsMs, tokens * cost.msPerToken) +
    pairs * cost.msPerAttentionPair +
    context * cost.msPerContextToken
  )
}

/** Pairs of tokens that meet when `tokens` are computed after `before`. */
export const attentionPairs = (before: number, tokens: number): number => tokens * before + (tokens * (tokens + 1)) / 2
