import { defaultDownloadSettings, RetryBudget, type DownloadSettings } from '../../models/index.ts'

/** How long is gone on with what fails and may pass. */
export interface RetryContext {
  readonly signal: AbortSignal
  readonly settings?: DownloadSettings
}

/** Does work again that failed by something that may pass. Throws the failure where it does not. */
export async function retried<Result>(
  { signal, settings = defaultDownloadSettings }: RetryContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const budget = new RetryBudget(settings)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      await budget.failed(error, signal)
    }
  }
}
