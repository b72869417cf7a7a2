import { ownIdentity } from '../../../files/index.ts'
import type { LocalState } from '../../../discovery/index.ts'
import type { Milliseconds } from '../../../fleet/index.ts'
import type { FleetSource } from '../../contract.ts'
import type { GatewayListen } from '../gateway-listen.ts'
import type { LocalReplica } from '../replica-names.ts'

/** Replicas are reached from this machine only. */
export const replicaHost = '127.0.0.1'

/** The state of a Fleet of which nothing is started yet. */
export function initialState(
  { fleet, file }: FleetSource,
  { listen, admin }: GatewayListen,
  replicas: readonly LocalReplica[],
  ports: readonly number[],
  stopBudgetMs: Milliseconds,
  now: Date,
): LocalState {
  const since = now.toISOString()
  const notStarted = { state: 'preparing', process: null, starts: 0, lastError: null } as const
  return {
    version: 1,
    fleet: fleet.name,
    fleetFile: file,
    supervisor: ownIdentity(),
    startedAt: since,
    stopBudgetMs,
    gateway: { listen, admin, ...notStarted },
    replicas: replicas.map(({ id, model }, index) => ({
      id,
      model: model.name,
      engine: model.engine,
      host: replicaHost,
      port: ports[index] ?? 0,
      engineProcess: null,
      since,
      ...notStarted,
    })),
  }
}
