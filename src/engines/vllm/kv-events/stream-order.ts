import type { KvMessage } from './events.ts'

/** What a message is in its stream: the one that was awaited, one that is known already, or one behind a gap. */
export type StreamPlace = 'next' | 'known' | 'gap'

interface Seen {
  readonly sequence: number
  /** When its publisher made it; null where that was not readable. */
  readonly time: number | null
}

/**
 * Where a publisher's stream was read up to. A publisher numbers its messages from 0 on and begins anew when its engine is
 * restarted: the time of the last message that was read tells two runs of an engine apart.
 */
export class StreamOrder {
  #last: Seen | null = null
  #lastLive = -1

  /** The number to ask a replay from: the last message that was read comes again, to be compared. */
  get replayFrom(): number {
    return this.#last?.sequence ?? 0
  }

  /** Whether anything was read. */
  get hasBegun(): boolean {
    return this.#last !== null
  }

  /**
   * A message came by itself, not by replay.
   * @param time when its publisher made it; null where that is not readable
   * @returns false when the numbers went back, or one that is known was made after the last one: the engine began anew
   */
  arrives(sequence: number, time: number | null): boolean {
    const isLater = sequence > this.#lastLive
    this.#lastLive = sequence
    const lastTime = this.#last?.time ?? null
    const isAnother = this.place(sequence) === 'known' && time !== null && lastTime !== null && time > lastTime
    return isLater && !isAnother
  }

  /** The engine began anew: whatever comes is of its new run. */
  restart(lastLive = -1): void {
    this.#last = null
    this.#lastLive = lastLive
  }

  place(sequence: number): StreamPlace {
    const awaited = this.#last === null ? 0 : this.#last.sequence + 1
    if (sequence === awaited) return 'next'
    return sequence < awaited ? 'known' : 'gap'
  }

  /** Whether a replayed message is the last one that was read, or of another run of the engine. */
  isSameRun({ sequence, batch }: KvMessage): boolean {
    const last = this.#last
    return last === null || last.sequence !== sequence || last.time === null || last.time === batch.time
  }

  /** A message was read. */
  read(sequence: number, time: number | null): void {
    this.#last = { sequence, time }
  }
}
