import { histogramQuantile, type Histogram } from '../../../observe/report/index.ts'
import { atLeast } from './binomial.ts'
import { countAbove, sizeOf } from './histogram.ts'

/** What came of the requests of one variant while it was watched. */
export interface VariantOutcome {
  readonly requests: number
  /** Those that failed, or that the engine refused. */
  readonly errors: number
  /** Of streams, seconds: to the first token, and for each further one. */
  readonly ttft: Histogram
  readonly tpot: Histogram
}

/** How much worse than the stable variant a canary may be. */
export interface CanaryLimits {
  /** Share of requests that may fail beyond the share of the stable variant, such as 0.02. */
  readonly moreErrors: number
  /** Part by which TTFT and TPOT may be longer, such as 0.5. */
  readonly slower: number
}

/** What is judged. */
export interface WatchedCanary {
  readonly stable: VariantOutcome
  readonly canary: VariantOutcome
  /** Since the share is what it is, milliseconds; and how long each share is watched at the least. */
  readonly watchedMs: number
  readonly stepMs: number
  /** Requests that the canary must have had before it goes on. */
  readonly fewestRequests: number
  /** How long none of its replicas has been ready, milliseconds; 0 where one is. */
  readonly unreadyMs: number
}

/** Whether a canary goes on to its next share, is watched further, or is taken back; and why, in one sentence. */
export interface Judgement {
  readonly verdict: 'pass' | 'watch' | 'abort'
  readonly reason: string
}

/**
 * How improbable it must be that a canary within its limits looks as bad as this one: it is looked at every other second, so
 * that what is improbable once would happen sooner or later.
 */
const significance = 0.001
/** Fewer say nothing, however bad they are. */
const fewestToJudge = 5
/** Streams of the stable variant that a comparison of times takes. */
const fewestToCompare = 10
/** A replica that starts anew has this long before it counts as gone. */
const mostUnreadyMs = 30_000
/** Compared are the middle and the slow end. */
const quantiles = [0.5, 0.9] as const

/** Judges a canary by what came of its requests beside those of the stable variant; pure. */
export function judgeCanary(watched: WatchedCanary, limits: CanaryLimits): Judgement {
  const { stable, canary, watchedMs, stepMs, fewestRequests, unreadyMs } = watched
  if (unreadyMs > mostUnreadyMs) {
    return { verdict: 'abort', reason: `no replica of the canary has been ready for ${seconds(unreadyMs / 1_000)}` }
  }
  const fault =
    tooManyErrors(stable, canary, limits) ??
    tooSlow('first token', stable.ttft, canary.ttft, limits) ??
    tooSlow('each further token', stable.tpot, canary.tpot, limits)
  if (fault !== undefined) return { verdict: 'abort', reason: fault }
  const looks = `${canary.requests} requests, ${percent(rateOf(canary))} failed`
  if (canary.requests < fewestRequests) {
    return { verdict: 'watch', reason: `${looks}; ${fewestRequests} are needed to judge it` }
  }
  if (watchedMs < stepMs) return { verdict: 'watch', reason: `${looks}; no worse than the stable variant` }
  return { verdict: 'pass', reason: `${looks}; no worse than the stable variant` }
}

const rateOf = ({ requests, errors }: VariantOutcome): number => (requests === 0 ? 0 : errors / requests)

function tooManyErrors(stable: VariantOutcome, canary: VariantOutcome, { moreErrors }: CanaryLimits) {
  const { requests, errors } = canary
  if (requests < fewestToJudge) return undefined
  const allowed = Math.min(1, rateOf(stable) + moreErrors)
  if (errors <= requests * allowed || atLeast(errors, requests, allowed) >= significance) return undefined
  return (
    `${errors} of ${requests} requests to the canary failed (${percent(rateOf(canary))}), ` +
    `${percent(rateOf(stable))} of the stable variant’s; ${percent(moreErrors)} more are allowed`
  )
}

/**
 * A canary may be slower by a part. If it is by no more than that, at most half of its requests take longer than the stable
 * variant’s middle one and that part, and a tenth longer than its slow end; how many do is counted (a sign test), so that
 * nothing is supposed of how times are distributed.
 */
function tooSlow(what: string, stable: Histogram, canary: Histogram, { slower }: CanaryLimits) {
  const size = sizeOf(canary)
  if (size < fewestToJudge || sizeOf(stable) < fewestToCompare) return undefined
  for (const quantile of quantiles) {
    const usual = histogramQuantile(stable, quantile) ?? 0
    const allowed = usual * (1 + slower)
    const above = countAbove(canary, allowed)
    if (above <= size * (1 - quantile) || atLeast(above, size, 1 - quantile) >= significance) continue
    return (
      `${above} of the canary’s ${size} streams took longer than ${seconds(allowed)} for ${what}; ` +
      `${percent(1 - quantile)} would be usual, since of the stable variant’s ${percent(quantile)} are within ${seconds(usual)} ` +
      `and ${percent(slower)} more is allowed`
    )
  }
  return undefined
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`
const seconds = (value: number): string =>
  value < 1 ? `${Number((value * 1_000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`
