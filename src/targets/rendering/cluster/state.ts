import type { EnvironmentEntry } from '../engine-environment.ts'
import type { ClusterContext } from './context.ts'

/** Port of Redis (redis.io, “Configuration”). */
export const redisPort = 6_379

/**
 * Whether Redis runs beside the gateways: the Fleet asks for it and names none, or several gateways share what each would
 * otherwise count for itself.
 */
export function hasOwnRedis({ fleet, gateway }: Pick<ClusterContext, 'fleet' | 'gateway'>): boolean {
  const { kind, url } = fleet.storage.state
  return gateway !== null && url === undefined && (kind === 'redis' || gateway.replicas > 1)
}

/** Fields of the Fleet that the cluster knows better: where the gateways’ shared state is. */
export function stateEnvironment(
  context: Pick<ClusterContext, 'fleet' | 'gateway' | 'names' | 'namespace'>,
): EnvironmentEntry[] {
  const { gateway, names, namespace } = context
  if (!hasOwnRedis(context)) return []
  const given = new Set(gateway?.environment.map(({ name }) => name))
  const entries = [
    { name: 'FAIRLEAD_STORAGE_STATE_KIND', value: 'redis' },
    { name: 'FAIRLEAD_STORAGE_STATE_URL', value: `redis://${names.redis}.${namespace}.svc:${redisPort}` },
  ]
  return entries.filter(({ name }) => !given.has(name))
}
