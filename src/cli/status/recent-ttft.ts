import { histogramQuantile, type Histogram } from '../../observe/report/index.ts'
import type { FleetStatus, ModelLoad } from '../../operate/index.ts'

/** Times to first token are looked at over so long: in less there may be none. */
export const ttftSpanSeconds = 60

/** A status, and when it was read. */
interface Snapshot {
  readonly atMs: number
  readonly status: FleetStatus
}

/** Makes of statuses, one after the other, such whose times to first token are those of the last minute. */
export class RecentTtft {
  /** Oldest first; the first is the last one before the span begins. */
  #past: readonly Snapshot[] = []

  /** The same status with the times since the one of a minute ago, or since the first one. */
  of(status: FleetStatus, nowMs: number): FleetStatus {
    const beginsAtMs = nowMs - ttftSpanSeconds * 1000
    const within = this.#past.findIndex(({ atMs }) => atMs > beginsAtMs)
    this.#past = within === -1 ? this.#past.slice(-1) : this.#past.slice(Math.max(0, within - 1))
    const [first] = this.#past
    this.#past = [...this.#past, { atMs: nowMs, status }]
    const { load } = status
    if (load === undefined || first === undefined) return status
    const before = new Map(first.status.load?.models.map((model) => [model.model, model.ttft]))
    return { ...status, load: { ...load, models: load.models.map((model) => since(model, before.get(model.model))) } }
  }
}

function since(model: ModelLoad, before: Histogram | undefined): ModelLoad {
  const { bounds, counts } = model.ttft
  if (before === undefined || before.bounds.join() !== bounds.join()) return model
  const grown = counts.map((count, index) => count - (before.counts[index] ?? 0))
  // A gateway that was started anew, or that did not answer, counts less than before.
  if (grown.some((count) => count < 0)) return model
  const ttft = { bounds, counts: grown }
  return { ...model, ttft, ttftSeconds: histogramQuantile(ttft, 0.5) }
}
