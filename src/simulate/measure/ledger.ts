/** What happened to each request: times in milliseconds from the start, NaN for what has not happened. */
export class Ledger {
  readonly arrivedMs: Float64Array
  readonly firstTokenMs: Float64Array
  readonly endedMs: Float64Array
  readonly hitTokens: Int32Array
  /** Tokens of answers. */
  readonly outputTokens: Int32Array
  /** Work of each replica: uncached prompt tokens and tokens of answers. */
  readonly work: Float64Array
  rejected = 0
  preemptions = 0
  lastMs = 0
  /** Requests that wait inside engines now, the most at once, and their integral over time. */
  waiting = 0
  mostWaiting = 0
  waitingMs = 0
  #sinceMs = 0

  constructor(requests: number, replicas: number) {
    this.arrivedMs = new Float64Array(requests).fill(NaN)
    this.firstTokenMs = new Float64Array(requests).fill(NaN)
    this.endedMs = new Float64Array(requests).fill(NaN)
    this.hitTokens = new Int32Array(requests)
    this.outputTokens = new Int32Array(requests)
    this.work = new Float64Array(replicas)
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
