import type { CounterSeries, HistogramSeries, SeriesTable } from '../../observe/index.ts'
import type { Verdict } from './outlier.ts'
import type { ReplicaHandle } from './replica-handle.ts'

/** What of a model runs beside each other while a change of it is tried. */
export type Variant = 'stable' | 'canary'

/** A try as it is counted. */
interface CountedTry {
  readonly replica: ReplicaHandle
  /** HTTP status of its answer; 0 without one. */
  readonly status: number
  /** Milliseconds of `performance.now`. */
  readonly startedAt: number
}

/** What came of the tries on the replicas of one variant. */
export class VariantSeries {
  readonly requests: CounterSeries
  readonly errors: CounterSeries
  readonly ttft: HistogramSeries
  readonly tpot: HistogramSeries

  constructor(metrics: SeriesTable, model: string, variant: Variant) {
    const labels = { model, variant }
    this.requests = metrics.counter('fairlead_gateway_variant_requests_total', labels)
    this.errors = metrics.counter('fairlead_gateway_variant_errors_total', labels)
    this.ttft = metrics.histogram('fairlead_gateway_variant_ttft_seconds', labels)
    this.tpot = metrics.histogram('fairlead_gateway_variant_tpot_seconds', labels)
  }
}

/** Fraction of the golden ratio: multiples of it fill the unit interval more evenly than random numbers do. */
const goldenFraction = 0.618_033_988_749_895
const wholeRange = 2 ** 32

/**
 * Divides the requests of a model between its canary and the rest. Only models with a canary have one: it is made when the
 * list of replicas is, and no request of another model meets it.
 */
export class VariantSplit {
  readonly stable: VariantSeries
  readonly canary: VariantSeries
  /** Of the requests, 0 to 1. */
  readonly share: number
  #last = Math.random()

  constructor(series: Readonly<Record<Variant, VariantSeries>>, share: number) {
    this.stable = series.stable
    this.canary = series.canary
    this.share = share
  }

  /**
   * A number from 0 to below 1, by which a request keeps its variant over retries. A session has always the same one; the
   * others have every number equally often, so that each run of requests has the share to within a few of them.
   */
  draw(session: string | null): number {
    if (session !== null) return hashOf(session) / wholeRange
    this.#last = (this.#last + goldenFraction) % 1
    return this.#last
  }

  /** Whether a request with this number is for the canary. */
  isForCanary(drawn: number): boolean {
    return drawn < this.share
  }

  /** A try is over. What the client or another try ended says nothing of its replica. */
  ended({ replica, status }: CountedTry, verdict: Verdict): void {
    if (verdict === 'none') return
    const series = this.#of(replica)
    series.requests.add(1)
    // An engine that refuses what the other one takes fails too, though nothing is broken.
    if (verdict !== 'success' || status >= 400) series.errors.add(1)
  }

  /** A stream was answered whole. */
  timed({ replica, startedAt }: CountedTry, firstByteAt: number, endedAt: number, outputTokens: number): void {
    const series = this.#of(replica)
    series.ttft.observe((firstByteAt - startedAt) / 1_000)
    if (outputTokens > 1) series.tpot.observe((endedAt - firstByteAt) / 1_000 / (outputTokens - 1))
  }

  #of({ isCanary }: ReplicaHandle): VariantSeries {
    return isCanary ? this.canary : this.stable
  }
}

/** The share of requests that the canary among these replicas is to have; null where there is none. */
export function canaryShareOf(replicas: readonly ReplicaHandle[]): number | null {
  return replicas.find(({ isCanary }) => isCanary)?.replica.canaryShare ?? null
}

/** FNV-1a with a last mixing, without which like sessions have like numbers (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
