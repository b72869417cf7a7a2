import type { GenerationResult } from './contract.ts'

/** The `usage` of an answer. */
export interface Usage {
  readonly prompt_tokens: number
  readonly total_tokens: number
  readonly completion_tokens: number
  readonly prompt_tokens_details?: { readonly cached_tokens: number }
}

/** Usage while an answer grows, as `continuous_usage_stats` shows it. */
export function runningUsage(promptTokens: number, completionTokens: number): Usage {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
  }
}

/** Usage of a whole request: a prompt counts once however many choices it has, answers count each. */
export function totalUsage(results: readonly GenerationResult[], choicesPerPrompt: number): Usage {
  const firstChoices = results.filter((_, index) => index % choicesPerPrompt === 0)
  const promptTokens = sum(firstChoices.map((result) => result.promptTokens))
  return {
    ...runningUsage(promptTokens, sum(results.map((result) => result.completionTokens))),
    prompt_tokens_details: { cached_tokens: sum(firstChoices.map((result) => result.cachedTokens)) },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
