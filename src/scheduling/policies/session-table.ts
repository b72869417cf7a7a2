/** Sessions that are kept; beyond, those that were quiet the longest are forgotten. */
const mostSessions = 100_000

/** Which replica a session was last sent to. */
export class SessionTable {
  readonly #timeMs: number
  /** Quiet the longest first. */
  readonly #sessions = new Map<string, { readonly replica: string; readonly atMs: number }>()

  /** @param timeMs how long a quiet session is kept */
  constructor(timeMs: number) {
    this.#timeMs = timeMs
  }

  get size(): number {
    return this.#sessions.size
  }

  /** The name of a session's replica; null for one that is not known any more. */
  replicaOf(session: string, nowMs: number): string | null {
    const known = this.#sessions.get(session)
    return known === undefined || nowMs - known.atMs > this.#timeMs ? null : known.replica
  }

  /** A request of a session goes to a replica. */
  keep(session: string, replica: string, nowMs: number): void {
    this.#sessions.delete(session)
    this.#sessions.set(session, { replica, atMs: nowMs })
    // Two for one that comes, so that the table also shrinks in time.
    let looks = 2
    for (const [quiet, { atMs }] of this.#sessions) {
      looks -= 1
      if (looks < 0 || (this.#sessions.size <= mostSessions && nowMs - atMs <= this.#timeMs)) return
      this.#sessions.delete(quiet)
    }
  }
}
