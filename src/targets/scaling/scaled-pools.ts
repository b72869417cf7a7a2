import type { Fleet, Model } from '../../fleet/index.ts'
import { makePlan, rangeOf, replicasOf, type PlanFacts, type PoolPlan } from '../../plan/index.ts'
import type { PoolName, ScalingSettings } from '../../scheduling/index.ts'

/** A pool that Fairlead scales. */
export interface ScaledPool extends PoolName {
  readonly settings: ScalingSettings
}

/** A pool that it leaves alone, and why. */
export interface UnscaledPool extends PoolName {
  readonly reason: 'external' | 'fixed' | 'none' | 'hpa' | 'keda'
}

/** A reading older than this tells nothing: gateways are asked every second or two, and answer within one. */
const staleAfterMs = 15_000
/** Engines whose replicas compute on GPUs. */
const gpuEngines: ReadonlySet<string> = new Set(['vllm', 'sglang'])

/** Which pools of a Fleet are scaled and how, and which are not. */
export function poolsToScale(
  fleet: Fleet,
  facts: PlanFacts = {},
): { readonly scaled: readonly ScaledPool[]; readonly others: readonly UnscaledPool[] } {
  const scaled: ScaledPool[] = []
  const others: UnscaledPool[] = []
  const { models } = makePlan(fleet, facts)
  for (const [index, model] of fleet.models.entries()) {
    for (const replica of replicasOf(model)) {
      const { role } = replica
      const { min, max } = rangeOf(replica)
      const { by } = model.autoscale
      const planned = models[index]?.pools.find((pool) => pool.role === role)
      const name = { model: model.name, role }
      if (model.engine === 'external') others.push({ ...name, reason: 'external' })
      else if (replica.maxReplicas === undefined) others.push({ ...name, reason: 'fixed' })
      else if (by !== 'fairlead') others.push({ ...name, reason: by })
      else scaled.push({ ...name, settings: { min, max, ...settingsOf(model, replica.maxSequences, planned) } })
    }
  }
  return { scaled, others }
}

function settingsOf(
  model: Model,
  maxSequences: number | undefined,
  planned: PoolPlan | undefined,
): Omit<ScalingSettings, 'min' | 'max'> {
  const { queuePerReplica, kvCacheUse, ttft, upAfter, downAfter, toZeroAfter } = model.autoscale
  const isSimulated = model.engine === 'simulated'
  const batch = maxSequences ?? (isSimulated ? model.simulated.maxSequences : planned?.settings?.maxSequences)
  const places = [batch, model.maxInFlight].filter((each) => each !== undefined)
  const cache = isSimulated ? model.simulated.kvCapacityTokens : planned?.sizing?.kvCapacityTokens
  return {
    queuePerReplica,
    requestsPerReplica: places.length === 0 ? null : Math.min(...places),
    tokensPerReplica: cache ?? null,
    kvCacheUse,
    ttftMs: ttft ?? null,
    upAfterMs: upAfter,
    downAfterMs: downAfter,
    toZeroAfterMs: toZeroAfter,
    gpusPerReplica: gpuEngines.has(model.engine) ? (planned?.gpus ?? 0) : 0,
    staleAfterMs,
  }
}
