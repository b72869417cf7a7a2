import type { Reason } from '../../../errors/index.ts'

/** How a request stands among those that wait. */
export interface Standing {
  /** Between whom turns are taken. */
  readonly tenant: string
  /** Higher goes first; below 0 is shed first. */
  readonly priority: number
  /** Of its prompt and of the answer that is expected. */
  readonly tokens: number
  /** Names those that may go to the same replicas of the model only; null for who may go to any. */
  readonly group: string | null
}

/** What came of a turn: a place was got; all were full after all, so that it waits on; or it needs none any more. */
export type TurnOutcome = 'got' | 'full' | Reason

/** A place in the queue. It is left once, by `leave` or `settle`, whichever comes first; more calls do nothing. */
export interface Ticket {
  /** Does not wait any longer, for a reason of its own. */
  leave(reason: Reason): void
  /** Tells what came of a turn. */
  settle(outcome: TurnOutcome): void
}

/** A request that waits. */
export interface Waiter {
  /** A replica may have room: it looks, and settles its ticket. */
  onTurn(): void
  /** There is no place for it in the queue, or no longer: queue_full. */
  onRefused(): void
}

/** Where requests wait for replicas of one model, as the thread sees it that serves them. */
export interface Room<Model> {
  /** The model as it is served now; a request may have begun with an earlier one. */
  model: Model
  /** Requests that wait, of all threads. */
  readonly length: number
  /**
   * Waits. `onRefused` may be called before this returns.
   * @param untilMs when it leaves by itself, milliseconds of this thread's clock, for what is told of the queue
   */
  join(standing: Standing, waiter: Waiter, untilMs: number): Ticket
  /** A replica has ended a request. Called only while others wait. */
  onRoom(): void
  /** What clients are told that are refused now. */
  retryAfterSeconds(): number
}
