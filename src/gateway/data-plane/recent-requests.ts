import type { AccessRecord } from '../../observe/contract.ts'
import type { RecordedRequest } from '../../observe/report/index.ts'

/** Requests of a thread that are kept: at a hundred a second, those of ten seconds; some 0.4 MB. */
const keptRequests = 1_000

/** The last requests of this thread, for whoever asks about one of them by its id. */
export class RecentRequests {
  readonly #records: (AccessRecord | null)[]
  readonly #endedAt: Float64Array
  #next = 0

  constructor(capacity = keptRequests) {
    this.#records = Array.from({ length: capacity }, () => null)
    this.#endedAt = new Float64Array(capacity)
  }

  /** @param endedAtMs on the clock of `performance.now` */
  keep(record: AccessRecord, endedAtMs: number): void {
    const place = this.#next
    this.#records[place] = record
    this.#endedAt[place] = endedAtMs
    this.#next = place + 1 === this.#records.length ? 0 : place + 1
  }

  /** Those of this id, the newest first; looks at each that is kept. */
  find(requestId: string): RecordedRequest[] {
    const found: RecordedRequest[] = []
    const count = this.#records.length
    for (let step = 1; step <= count; step += 1) {
      const place = (this.#next - step + count) % count
      const record = this.#records[place]
      if (record?.requestId !== requestId) continue
      const endedAt = new Date(performance.timeOrigin + (this.#endedAt[place] ?? 0)).toISOString()
      const { remoteAddress: _address, isUsageEstimated: _estimated, ...told } = record
      found.push({ ...told, endedAt })
    }
    return found
  }
}
