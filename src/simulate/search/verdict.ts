import type { Percentiles, Simulation, SimulationResult } from '../contract.ts'

/** Whether enough requests kept the SLO. */
export interface Verdict {
  readonly holds: boolean
  /** What was asked and what came, in words, such as `TTFT p90 8.1 s of 2 s`; the parts that do not hold. */
  readonly fails: readonly string[]
}

/**
 * Share of requests that must keep the SLO where none is stated: DistServe (Zhong et al., OSDI 2024) and those after it call
 * a load held at 90 %.
 */
export const usualShare = 0.9

/** Judges what came by the SLO, which a share of the requests has to keep. */
export function judge(result: SimulationResult, slo: Simulation['slo'], share: number): Verdict {
  if (result.goodput >= share) return { holds: true, fails: [] }
  const [name, of] = percentileFor(share)
  const parts = [
    { title: 'TTFT', is: of(result.ttftMs), most: slo.ttftMs },
    { title: 'TPOT', is: of(result.tpotMs), most: slo.tpotMs },
  ]
  const beyond = parts.filter(({ is, most }) => is > most)
  return {
    holds: false,
    fails: [
      keptOf(result.goodput, share),
      ...beyond.map(({ title, is, most }) => `${title} ${name} is ${compared(is, most)}`),
    ],
  }
}

/** The percentile that tells most about a share. */
function percentileFor(share: number): readonly [string, (percentiles: Percentiles) => number] {
  if (share <= 0.5) return ['p50', ({ p50 }) => p50]
  return share <= 0.9 ? ['p90', ({ p90 }) => p90] : ['p99', ({ p99 }) => p99]
}

/** A time beyond the most that it may be. */
const compared = (is: number, most: number) =>
  duration(is) === duration(most) ? `a little over ${duration(most)}` : `${duration(is)}, not ${duration(most)}`

/** A share of the requests below the one that has to keep the SLO. */
const keptOf = (is: number, least: number) =>
  percent(is) === percent(least)
    ? `a little under ${percent(least)} of the requests keep the SLO`
    : `${percent(is)} of the requests keep the SLO, not ${percent(least)}`

const percent = (share: number) => `${Number((share * 100).toFixed(2))} %`

const duration = (ms: number) =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(3))} s` : `${Number(ms.toPrecision(3))} ms`
