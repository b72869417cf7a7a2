import { histogramQuantile, sumHistograms, type Histogram, type LoadReport } from '../../observe/report/index.ts'
import type { PoolLoad, PoolName } from '../../scheduling/index.ts'
import type { GatewayReading } from './contract.ts'
import type { ScaledPool } from './scaled-pools.ts'

type ModelCounts = LoadReport['models'][number]

/** What a gateway had counted of a model at one time. */
interface Snapshot {
  readonly atMs: number
  readonly counts: ModelCounts
}

/** Times to first token are looked at over so long at the most: in a second there may be none. */
const longestTtftSpanMs = 30_000

/** Makes of what gateways report, one reading after the other, the load of each pool: sums, rates, a median. */
export class LoadMeter {
  /** By gateway and model, oldest first, as far back as the longest span. */
  readonly #before = new Map<string, Snapshot[]>()

  /** The load of each of these pools now. */
  read(pools: readonly ScaledPool[], readings: readonly GatewayReading[], nowMs: number): readonly PoolLoad[] {
    const reports = readings.flatMap(({ gateway, report }) => (report === null ? [] : [{ gateway, report }]))
    const isComplete = reports.length > 0 && reports.length === readings.length
    const loads = pools.map((pool) => this.#loadOf(pool, reports, isComplete, nowMs))
    this.#remember(reports, nowMs)
    return loads
  }

  #loadOf(
    { model, role, settings }: ScaledPool,
    reports: readonly { readonly gateway: string; readonly report: LoadReport }[],
    isComplete: boolean,
    nowMs: number,
  ): PoolLoad {
    const sums = { waiting: 0, inFlight: 0, arrivals: 0, seconds: 0, tokens: 0, ended: 0 }
    const engines = new Map<string, { readonly waiting: number; readonly kvCacheUse: number | null }>()
    const ttfts: Histogram[] = []
    for (const { gateway, report } of reports) {
      // The queue is before those that answer.
      if (role !== 'prefill') sums.waiting += report.queues.find((queue) => queue.model === model)?.length ?? 0
      for (const replica of report.replicas) {
        if (replica.model !== model || replica.role !== role) continue
        sums.inFlight += replica.inFlight
        // Every gateway asks the same engine.
        const { reported } = replica
        if (reported !== null && replica.phase !== 'draining') {
          engines.set(replica.id, { waiting: reported.waiting ?? 0, kvCacheUse: reported.kvCacheUsage })
        }
      }
      const now = report.models.find((counts) => counts.model === model)
      if (now === undefined) continue
      const past = this.#before.get(keyOf(gateway, model)) ?? []
      const last = past.at(-1)
      if (last !== undefined) {
        sums.arrivals += grownBy(now.arrivals, last.counts.arrivals)
        sums.seconds = Math.max(sums.seconds, (nowMs - last.atMs) / 1000)
      }
      sums.tokens += now.tokens
      sums.ended += now.ended
      const spanMs = Math.min(longestTtftSpanMs, settings.upAfterMs)
      const first = past.find(({ atMs }) => nowMs - atMs <= spanMs) ?? last
      if (role !== 'decode' && first !== undefined) {
        const before = first.counts.ttft.counts
        const counts = now.ttft.counts.map((count, index) => grownBy(count, before[index] ?? 0))
        ttfts.push({ bounds: now.ttft.bounds, counts })
      }
    }
    const waitingInside = [...engines.values()].reduce((sum, { waiting }) => sum + waiting, 0)
    const uses = [...engines.values()].flatMap(({ kvCacheUse }) => (kvCacheUse === null ? [] : [kvCacheUse]))
    return {
      atMs: nowMs,
      isComplete,
      waiting: sums.waiting + waitingInside,
      inFlight: Math.max(0, sums.inFlight - waitingInside),
      arrivalsPerSecond: sums.seconds === 0 ? null : sums.arrivals / sums.seconds,
      tokensInFlight: sums.tokens === 0 || sums.ended === 0 ? null : (sums.inFlight * sums.tokens) / sums.ended,
      ttftMs: medianMs(ttfts),
      kvCacheUse: uses.length === 0 ? null : uses.reduce((sum, use) => sum + use, 0) / uses.length,
    }
  }

  #remember(reports: readonly { readonly gateway: string; readonly report: LoadReport }[], nowMs: number): void {
    const kept = new Set<string>()
    for (const { gateway, report } of reports) {
      for (const counts of report.models) {
        const key = keyOf(gateway, counts.model)
        kept.add(key)
        // What came after now, where the time of day was set back, would count as recent for as long as that.
        const past = (this.#before.get(key) ?? []).filter(
          ({ atMs }) => atMs <= nowMs && nowMs - atMs <= longestTtftSpanMs,
        )
        this.#before.set(key, [...past, { atMs: nowMs, counts }])
      }
    }
    for (const [key, past] of this.#before) {
      if (!kept.has(key) && nowMs - (past.at(-1)?.atMs ?? 0) > longestTtftSpanMs) this.#before.delete(key)
    }
  }
}

const keyOf = (gateway: string, model: PoolName['model']): string => `${gateway}\n${model}`

/** A counter of a process that was started anew begins at 0. */
const grownBy = (now: number, before: number): number => (now >= before ? now - before : now)

/** Median of several histograms together, milliseconds; null without observations. */
function medianMs(histograms: readonly Histogram[]): number | null {
  const seconds = histogramQuantile(sumHistograms(histograms), 0.5)
  return seconds === null ? null : 1000 * seconds
}
