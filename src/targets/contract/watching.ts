/** A line of a replica's or the gateway's log. */
export interface LogLine {
  readonly source: string
  readonly text: string
}

/** Which log lines are wanted. */
export interface LogQuery {
  /** Model name, replica id or `gateway`; everything when absent. */
  readonly subject?: string
  readonly follow: boolean
  /** Lines from the end of each log. */
  readonly tail: number
  /** Whether the log of the life before the last restart is wanted, which tells why it ended. */
  readonly previous?: boolean
  readonly signal: AbortSignal
}

/** Something that happened to a part of a Fleet. */
export interface FleetEvent {
  /** When, or when last (ISO 8601). */
  readonly at: string
  readonly severity: 'normal' | 'warning'
  /** Such as `replica smollm2-0` or `Pod demo-llama-7d9f-x2x`. */
  readonly subject: string
  /** One word, such as `FailedScheduling`; empty where the target has none. */
  readonly reason: string
  readonly message: string
  /** How often. */
  readonly count: number
}

/** Which events are wanted; those that are known come first, oldest first. */
export interface EventQuery {
  /** Model name, replica id or `gateway`; everything when absent. */
  readonly subject?: string
  readonly follow: boolean
  readonly signal: AbortSignal
}
