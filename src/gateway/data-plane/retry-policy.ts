import type { Model } from '../../fleet/index.ts'
import type { UpstreamFailure } from './upstream/contract.ts'

/** How often and when a request is sent again: the Fleet's `retry`, times in milliseconds. */
export type RetrySettings = Model['retry']

/** What went wrong with one try, before the first byte of its answer. */
export type TryFailure =
  | Pick<UpstreamFailure, 'kind' | 'isStale'>
  /** Its replica has fallen silent, so that it is given up where another one can be asked. */
  | { readonly kind: 'silent'; readonly isStale?: never }
  | {
      readonly kind: 'status'
      readonly status: number
      /** The engine's Retry-After in milliseconds; null where it named none. */
      readonly retryAfterMs: number | null
    }

/** What the choice of the next step looks at. */
export interface TrySituation {
  readonly settings: RetrySettings
  /** Tries that were made on this model's replicas. */
  readonly tries: number
  /** Whether the model's retries are within their share of its requests. */
  readonly isWithinBudget: boolean
  /** Whether a replica of the model is available that was not asked yet. */
  readonly hasOther: boolean
  /** Whether a replica broke a connection without a word and may be asked once more. */
  readonly hasBroken: boolean
  /** Whether a fallback model has a replica that is available. */
  readonly hasFallback: boolean
  /** Whether a canary failed and a replica that is none would be asked: whatever it answered, that one may do better. */
  readonly isTrial?: boolean
  /** Whether it asks for an adapter, which the engine has forgotten when it says 404: it has started anew. */
  readonly isOfAdapter?: boolean
  /** Whether the question can be sent again: a form that flows through cannot. */
  readonly isRepeatable: boolean
  /** From 0 to 1. */
  readonly random: number
}

/**
 * `elsewhere`: ask another replica. `same`, `broken`: after a delay, the one that just answered or the one that broke
 * its connection. `fallback`: ask another model. `relay`: the engine's own answer goes to the client, when it comes.
 */
export type NextStep =
  | { readonly kind: 'elsewhere' | 'fallback' | 'relay' | 'refuse' }
  | { readonly kind: 'same' | 'broken'; readonly delayMs: number }

/** A client waits this long in here for an engine that names a Retry-After; a longer one is for the client to wait. */
const patienceMs = 2_000
const longestBackoffMs = 2_000

/** What to do after a try has failed. Nothing of its answer was sent to the client. */
export function nextStep(failure: TryFailure, situation: TrySituation): NextStep {
  const { settings, tries, isWithinBudget, isRepeatable, random } = situation
  const isOpen = failure.kind === 'silent' || (failure.kind === 'status' && failure.status < 500)
  const giveUp = { kind: isOpen ? 'relay' : 'refuse' } as const
  const isRetryable =
    failure.kind !== 'status' ||
    settings.statuses.includes(failure.status) ||
    (situation.isTrial === true && failure.status >= 500) ||
    (situation.isOfAdapter === true && failure.status === 404 && situation.hasOther)
  if (!isRetryable || !isWithinBudget || !isRepeatable) return giveUp
  if (tries < settings.attempts) {
    if (situation.hasOther) return { kind: 'elsewhere' }
    if (failure.kind === 'silent') return situation.hasFallback ? { kind: 'fallback' } : giveUp
    const after = failure.kind === 'status' ? failure.retryAfterMs : null
    if (after !== null && after <= patienceMs) return { kind: 'same', delayMs: after + random * settings.backoff }
    // A kept connection may close just as it is used (RFC 9112 section 9.3.1): that says nothing of the replica.
    const isStale = failure.kind !== 'status' && failure.isStale === true
    if (situation.hasBroken) {
      return { kind: 'broken', delayMs: isStale ? 0 : backoffMs(settings.backoff, tries, random) }
    }
  }
  return situation.hasFallback ? { kind: 'fallback' } : giveUp
}

/** Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015). */
export function backoffMs(baseMs: number, tries: number, random: number): number {
  return random * Math.min(longestBackoffMs, baseMs * 2 ** Math.max(0, tries - 1))
}

/** Retry-After in milliseconds: seconds or a date (RFC 9110 section 10.2.3); null for what is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Math.ceil(Number(value) * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}
