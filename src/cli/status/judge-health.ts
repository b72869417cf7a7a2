import type { FleetStatus, ReplicaStatus } from '../../operate/index.ts'

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

/** One word for a Fleet. */
export function judgeHealth({ running, gateway, replicas }: FleetStatus): Health {
  if (!running || gateway === null) return 'down'
  if (isComing(gateway.state)) return 'starting'
  if (gateway.state !== 'ready') return 'down'
  return judgeReplicas(replicas)
}
