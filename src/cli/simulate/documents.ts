import type { Recommendation, SimulationResult, SweepAxis, Tried } from '../../simulate/index.ts'
import type { ScalingRun } from './render-scaling-results.ts'
import type { Setting, SweepResults } from './setting.ts'

const asked = (ms: number) => (Number.isFinite(ms) ? ms : null)

/** The setting as JSON; an SLO that was not asked for is null. */
function settingDocument({ simulation, share, isSloAsked, currency }: Setting) {
  const {
    workload,
    engine,
    prefillEngine = engine,
    replicas,
    prefillReplicas,
    flow = null,
    gateways = 1,
    loadReportsMs = null,
    rate,
    seed,
    slo,
  } = simulation
  return {
    workload: workload.name,
    engine: engine.title,
    kvCapacityTokens: engine.kvCapacityTokens,
    replicas,
    prefillReplicas,
    ...(prefillReplicas === 0 ? {} : { prefillEngine: prefillEngine.title }),
    flow,
    gateways,
    loadReportsMs,
    currency,
    rate,
    seed,
    slo: { ttftMs: asked(slo.ttftMs), tpotMs: asked(slo.tpotMs), share, isAsked: isSloAsked },
  }
}

/** Results as JSON: an object a policy. */
export const policiesDocument = (results: readonly SimulationResult[], setting: Setting) =>
  results.map((result) => ({ ...result, setting: settingDocument(setting) }))

/** A sweep as JSON: an object a place and policy. */
export const sweepDocument = (axis: SweepAxis, points: readonly SweepResults[], setting: Setting) =>
  points.flatMap(({ value, results }) =>
    results.map((result) => ({ sweep: axis, value, ...result, setting: settingDocument(setting) })),
  )

/** A recommendation as JSON. */
export function recommendationDocument({ best, below, choices }: Recommendation, setting: Setting) {
  return {
    best: best === null ? null : triedDocument(best),
    below: below === null ? null : triedDocument(below),
    choices: choices.map(triedDocument),
    setting: settingDocument(setting),
  }
}

const triedDocument = ({ choice, replicas, pricePerHour, result, verdict }: Tried) => ({
  gpu: choice.name,
  engine: choice.engine.title,
  replicas,
  pricePerHour,
  holds: verdict.holds,
  fails: verdict.fails,
  result,
})

/** Scaled and fixed replicas as JSON: an object a run. */
export const scalingDocument = (runs: readonly ScalingRun[], setting: Setting) =>
  runs.map(({ name, result, gpuHours }) => ({ replicas: name, gpuHours, ...result, setting: settingDocument(setting) }))
