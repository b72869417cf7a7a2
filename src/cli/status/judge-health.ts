import type { FleetStatus, PoolStatus, ReplicaStatus } from '../../operate/index.ts'

/** What a Fleet is, taken together. */
export type Health = 'ready' | 'starting' | 'degraded' | 'down'

const isComing = (state: string) => state === 'preparing' || state === 'starting'

/** One word for several states: all ready, some still starting, some not ready, none. */
export function judgeReplicas(replicas: readonly Pick<ReplicaStatus, 'state'>[]): Health {
  const ready = replicas.filter(({ state }) => state === 'ready').length
  if (ready === replicas.length) return 'ready'
  if (replicas.every(({ state }) => state === 'ready' || isComing(state))) return 'starting'
  return ready > 0 ? 'degraded' : 'down'
}

/** One word for pools: what is wanted of each against what is ready, and whether something known keeps the rest. */
function judgePools(pools: readonly PoolStatus[], replicas: readonly ReplicaStatus[], isHindered: boolean): Health {
  if (pools.every(({ ready, wanted }) => ready >= wanted)) return 'ready'
  if (!isHindered && replicas.every(({ state }) => state === 'ready' || isComing(state))) return 'starting'
  return pools.some(({ ready }) => ready > 0) ? 'degraded' : 'down'
}

/** One word for a Fleet. A Fleet whose target has a gateway of its own has none of ours, and pools speak for it. */
export function judgeHealth({ running, gateway, replicas, pools, problems = [] }: FleetStatus): Health {
  if (!running || (gateway === null && pools === undefined)) return 'down'
  if (gateway !== null && isComing(gateway.state)) return 'starting'
  if (gateway !== null && gateway.state !== 'ready') return 'down'
  return pools === undefined ? judgeReplicas(replicas) : judgePools(pools, replicas, problems.length > 0)
}

/** A part that is not ready, and what is known of why. */
export interface UnhealthyPart {
  readonly part: string
  readonly problem: string
}

const why = (state: string, lastError: string | null) => (lastError === null ? state : `${state}: ${lastError}`)

/** Every part of a Fleet that is not ready. */
export function unhealthyParts({ running, gateway, replicas, pools = [] }: FleetStatus): readonly UnhealthyPart[] {
  if (!running) return [{ part: 'fleet', problem: 'does not run' }]
  return [
    ...(gateway === null || gateway.state === 'ready'
      ? []
      : [{ part: 'gateway', problem: why(gateway.state, gateway.lastError) }]),
    ...pools
      .filter(({ ready, wanted }) => ready < wanted)
      .map(({ model, role, ready, wanted }) => ({
        part: role === 'both' ? `model ${model}` : `model ${model} (${role})`,
        problem: `${ready} of ${wanted} replicas are ready`,
      })),
    ...replicas
      .filter(({ state }) => state !== 'ready')
      .map(({ id, state, lastError }) => ({ part: `replica ${id}`, problem: why(state, lastError) })),
  ]
}
