import type { Backend, GenerationRequest, GenerationResult } from './contract.ts'
import type { ServingMetrics } from './serving-metrics.ts'

/** Hears of choices as they grow. */
export interface ChoiceListener {
  onPrompt(choice: number, promptTokens: number): void
  onText(choice: number, text: string, tokens: number): void
  onEnd(choice: number, result: GenerationResult): void
}

/**
 * Runs all choices of a request side by side. When one fails, or the client goes, the others are aborted; it settles once
 * every sequence is freed.
 */
export async function generateChoices(
  exchange: { readonly backend: Backend; readonly metrics: ServingMetrics; readonly signal: AbortSignal },
  requests: readonly GenerationRequest[],
  listener: ChoiceListener,
): Promise<readonly GenerationResult[]> {
  const { backend, metrics } = exchange
  const failure = new AbortController()
  const signal = requests.length === 1 ? exchange.signal : AbortSignal.any([exchange.signal, failure.signal])
  const runs = requests.map(async (request, choice) => {
    const timing = metrics.begin(request)
    try {
      const result = await backend.generate(
        request,
        (text, tokens) => {
          timing.tokens()
          listener.onText(choice, text, tokens)
        },
        signal,
        (promptTokens) => listener.onPrompt(choice, promptTokens),
      )
      timing.end(result.finishReason, result)
      listener.onEnd(choice, result)
      return result
    } catch (error) {
      timing.end(signal.aborted ? 'abort' : 'error')
      failure.abort(error)
      throw error
    }
  })
  const settled = await Promise.allSettled(runs)
  if (failure.signal.aborted) throw failure.signal.reason
  const results = settled.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []))
  metrics.answered(results)
  return results
}
