import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../errors/index.ts'
import type { DownloadSettings } from './settings.ts'

/** A failure that may pass: a dropped connection, a stall, a busy server. */
export class PassingFailure extends Error {
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, retryAfterMs?: number) {
    super(message)
    this.name = 'PassingFailure'
    this.retryAfterMs = retryAfterMs
  }
}

/** HTTP statuses that the same request may not meet again (RFC 9110 §15; 429 of RFC 6585). */
export const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Codes of Node's sockets and of undici for connections that fail and names that do not resolve. */
const passingCodes =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EAI_AGAIN|ENOTFOUND|UND_ERR_(?:SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH|INFO|DESTROYED)|HPE_\w+)$/

/** Whether trying again may help. */
export function isPassing(error: unknown): boolean {
  if (error instanceof PassingFailure) return true
  if (error instanceof UserError || !(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isPassing)
  const code = (error as NodeJS.ErrnoException).code
  if (code !== undefined && passingCodes.test(code)) return true
  return error.cause !== undefined && isPassing(error.cause)
}

/** Waits between tries and gives up after too many failures in a row. */
export class RetryBudget {
  readonly #settings: DownloadSettings
  #failures = 0

  constructor(settings: DownloadSettings) {
    this.#settings = settings
  }

  /** Something came through: failures count anew. */
  succeeded(): void {
    this.#failures = 0
  }

  /** Waits before the next try. Throws the failure itself when trying again is no use. */
  async failed(failure: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!isPassing(failure)) throw failure
    this.#failures += 1
    if (this.#failures >= this.#settings.attempts) throw failure
    const { firstBackoffMs, longestBackoffMs } = this.#settings
    const asked = failure instanceof PassingFailure ? (failure.retryAfterMs ?? 0) : 0
    const backoffMs = firstBackoffMs * 2 ** (this.#failures - 1) * (0.75 + Math.random() / 2)
    await delay(Math.min(Math.max(backoffMs, asked), longestBackoffMs), undefined, { signal }).catch(() =>
      signal.throwIfAborted(),
    )
  }
}

/** Reads `Retry-After` (RFC 9110 §10.2.3) as milliseconds from now. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
