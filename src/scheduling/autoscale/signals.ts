import type { PoolLoad, ReplicaCounts, ScalingSettings, Signal, SignalName } from './contract.ts'

/**
 * How far a figure may be above its target before it asks for more: the HorizontalPodAutoscaler's tolerance
 * (`--horizontal-pod-autoscaler-tolerance`, Kubernetes 1.36, 0.1).
 */
const tolerance = 0.1
/** Replicas are spare only where the rest would be this full at the most, so that one that goes is not missed at once. */
const fullness = 0.8
/** How many times as many replicas a time to first token may ask for: it does not grow with the load in proportion. */
const mostByTtft = 2

/** What each figure of a pool's load asks for. One that is not known asks for nothing. */
export function signalsOf(load: PoolLoad, counts: ReplicaCounts, settings: ScalingSettings): readonly Signal[] {
  const { waiting, inFlight, tokensInFlight, kvCacheUse } = load
  const { queuePerReplica, requestsPerReplica, tokensPerReplica } = settings
  const current = counts.ready + counts.starting
  return [
    queueSignal(waiting, queuePerReplica, current),
    ...(requestsPerReplica === null
      ? []
      : [share('requests', inFlight, requestsPerReplica, inFlight / requestsPerReplica)]),
    ...(tokensPerReplica === null || tokensInFlight === null
      ? []
      : [share('tokens', tokensInFlight, tokensPerReplica, tokensInFlight / (tokensPerReplica * settings.kvCacheUse))]),
    ...(kvCacheUse === null
      ? []
      : [share('kv_cache', kvCacheUse, settings.kvCacheUse, (counts.ready * kvCacheUse) / settings.kvCacheUse)]),
    ...ttftSignal(load, counts, settings),
  ]

  function share(name: SignalName, value: number, target: number, usage: number): Signal {
    return { name, value, target, replicas: replicasFor(usage, current) }
  }
}

/**
 * Replicas for a use that is measured in replicas: `ceil(current × value ÷ target)`, the HorizontalPodAutoscaler's formula
 * (Kubernetes documentation, "Horizontal Pod Autoscaling", algorithm details) with the sum over all replicas in place of
 * `current × value`, so that it does not change with their number. Between full and so empty that fewer would do, all stays.
 */
function replicasFor(usage: number, current: number): number {
  if (usage > current * (1 + tolerance)) return Math.ceil(usage)
  return Math.min(current, Math.ceil(usage / fullness))
}

/** Requests that wait add replicas and keep none: who works is counted by the other signals. */
function queueSignal(waiting: number, queuePerReplica: number, current: number): Signal {
  const usage = waiting / queuePerReplica
  const isEnough = usage <= current * (1 + tolerance)
  return {
    name: 'queue',
    value: waiting,
    target: queuePerReplica,
    replicas: isEnough ? Math.min(current, Math.ceil(usage)) : Math.ceil(usage),
  }
}

/** A median above its target asks for more in proportion; it never asks for fewer. */
function ttftSignal(
  { ttftMs, waiting, inFlight }: PoolLoad,
  counts: ReplicaCounts,
  settings: ScalingSettings,
): Signal[] {
  const target = settings.ttftMs
  if (target === null || ttftMs === null) return []
  const { ready, starting } = counts
  const ratio = ttftMs / target
  const signal = { name: 'ttft', value: ttftMs, target, replicas: 0 } as const
  if (ratio <= 1 + tolerance) return [signal]
  // More replicas do not make it shorter where each request has one to itself.
  if (waiting === 0 && inFlight <= ready) return [{ ...signal, ignored: 'nobody_waits' }]
  // It tells of the time before them.
  if (starting > 0) return [{ ...signal, replicas: ready + starting, ignored: 'replicas_start' }]
  return [{ ...signal, replicas: Math.ceil(ready * Math.min(mostByTtft, ratio)) }]
}
