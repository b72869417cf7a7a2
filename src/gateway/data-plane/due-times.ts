import type { Reason } from '../../errors/index.ts'
import type { Model } from '../../fleet/index.ts'

/** What an exchange waits for; times in milliseconds of the same clock. */
export interface WaitState {
  readonly deadlines: Model['deadlines']
  /** The shorter of the model's total and the client's own limit. */
  readonly totalMs: number
  readonly isStream: boolean
  /** Whether the engine's first byte is there. */
  readonly hasAnswer: boolean
  readonly arrivedAt: number
  readonly admittedAt: number
  /** When something came from the engine or, after a pause, the client read again. */
  readonly lastActivityAt: number
  /** When the client gets a comment; Infinity for never. */
  readonly keepAliveAt: number
  /** When the search for a replica goes on by itself; Infinity for never. */
  readonly searchAt: number
}

/** What is due next: the end of the request for a reason, or something that it does on the way. */
export interface Due {
  readonly at: number
  readonly what: Extract<Reason, `deadline_${string}`> | 'keep_alive' | 'search'
}

/** The deadline that ends the request first. */
function nextDeadline(state: WaitState): Due {
  const { deadlines, hasAnswer, isStream } = state
  const total: Due = { at: state.arrivedAt + state.totalMs, what: 'deadline_total' }
  // An answer in one piece has its first byte when it is complete: the total alone bounds it.
  if (!hasAnswer && !isStream) return total
  const phase: Due = hasAnswer
    ? { at: state.lastActivityAt + deadlines.idle, what: 'deadline_idle' }
    : { at: state.admittedAt + deadlines.ttft, what: 'deadline_ttft' }
  return total.at <= phase.at ? total : phase
}

/** What is due next. */
export function nextDue(state: WaitState): Due {
  const deadline = nextDeadline(state)
  const first = Math.min(deadline.at, state.keepAliveAt, state.searchAt)
  if (first === deadline.at) return deadline
  return { at: first, what: first === state.searchAt ? 'search' : 'keep_alive' }
}
