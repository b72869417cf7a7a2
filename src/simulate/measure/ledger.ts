import type { RefusalReason } from '../contract.ts'

/** What happened to each request: times in milliseconds from the start, NaN for what has not happened. */
export class Ledger {
  readonly arrivedMs: Float64Array
  /** When it went to a replica. */
  readonly sentMs: Float64Array
  readonly firstTokenMs: Float64Array
  readonly endedMs: Float64Array
  readonly hitTokens: Int32Array
  /** Tokens of answers. */
  readonly outputTokens: Int32Array
  /** Work of each replica: uncached prompt tokens and tokens of answers. */
  readonly work: Float64Array
  /** Requests that the queue let go, by place. */
  readonly refused = new Map<number, RefusalReason>()
  rejected = 0
  preemptions = 0
  /** When the last request was over, answered or not. */
  lastMs = 0
  /** Requests that wait inside engines now, the most at once, and their integral over time. */
  waiting = 0
  mostWaiting = 0
  waitingMs = 0
  #sinceMs = 0

  constructor(requests: number, replicas: number) {
    this.arrivedMs = new Float64Array(requests).fill(NaN)
    this.sentMs = new Float64Array(requests).fill(NaN)
    this.firstTokenMs = new Float64Array(requests).fill(NaN)
    this.endedMs = new Float64Array(requests).fill(NaN)
    this.hitTokens = new Int32Array(requests)
    this.outputTokens = new Int32Array(requests)
    this.work = new Float64Array(replicas)
  }

  /** From coming to the first token. */
  ttftMs(place: number): number {
    return at(this.firstTokenMs, place) - at(this.arrivedMs, place)
  }

  /** Between two tokens, mean; 0 for an answer of one. */
  tpotMs(place: number): number {
    const gaps = (this.outputTokens[place] ?? 0) - 1
    return gaps > 0 ? (at(this.endedMs, place) - at(this.firstTokenMs, place)) / gaps : 0
  }

  e2eMs(place: number): number {
    return at(this.endedMs, place) - at(this.arrivedMs, place)
  }

  /** From coming until it went to a replica. */
  waitMs(place: number): number {
    return at(this.sentMs, place) - at(this.arrivedMs, place)
  }

  /** The number of waiting requests changes. */
  noteWaiting(change: number, nowMs: number): void {
    if (change === 0) return
    this.waitingMs += this.waiting * (nowMs - this.#sinceMs)
    this.#sinceMs = nowMs
    this.waiting += change
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting)
  }
}

const at = (times: Float64Array, place: number): number => times[place] ?? NaN
