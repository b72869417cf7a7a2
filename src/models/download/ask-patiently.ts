import { UserError } from '../../errors/index.ts'
import { dropBody, type HttpAnswer, type HttpClient, type HttpQuestion } from './http-client.ts'
import { parseRetryAfter, PassingFailure, passingStatuses, RetryBudget } from './retry.ts'
import type { DownloadSettings } from './settings.ts'

/** What is asked of whom, and for how long. */
export interface PatientQuestion<Value> {
  readonly client: HttpClient
  readonly settings: DownloadSettings
  readonly signal: AbortSignal
  readonly question: Omit<HttpQuestion, 'signal'>
  /** Reads an answer that is not passing; a `UserError` of it is final. */
  readonly read: (answer: HttpAnswer) => Promise<Value>
  /** What people are told when trying again is of no use. */
  readonly unreachable: (failure: unknown) => unknown
}

/** Asks something small, and again while what goes wrong may pass: silence, a broken connection, `passingStatuses`. */
export async function askPatiently<Value>(asked: PatientQuestion<Value>): Promise<Value> {
  const { client, settings, signal, question, read, unreachable } = asked
  const budget = new RetryBudget(settings)
  for (;;) {
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(settings.stallMs)])
      const answer = await client.ask({ ...question, signal: patience })
      if (!passingStatuses.has(answer.status)) return await read(answer)
      await dropBody(answer.body)
      const retryAfterMs = parseRetryAfter(answer.header('retry-after'), Date.now())
      throw new PassingFailure(`${answer.url.host} answered ${answer.status}`, retryAfterMs)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof UserError) throw error
      const isTimeout = error instanceof DOMException && error.name === 'TimeoutError'
      const failure = isTimeout ? new PassingFailure(`${question.url.host} does not answer`) : error
      await budget.failed(failure, signal).catch(() => {
        signal.throwIfAborted()
        throw unreachable(failure)
      })
    }
  }
}

/** The innermost reason of a failure, which says most: "fetch failed" says nothing. */
export function lastCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  if (inner instanceof Error) return lastCause(inner)
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
}
