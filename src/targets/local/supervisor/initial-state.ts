import { ownIdentity } from '../../../files/index.ts'
import type { LocalReplicaState, LocalState } from '../../../discovery/index.ts'
import type { Milliseconds } from '../../../fleet/index.ts'
import type { FleetSource } from '../../contract.ts'
import type { GatewayListen } from '../gateway-listen.ts'
import type { LocalReplica } from '../replica-names.ts'

/** Replicas are reached from this machine only. */
export const replicaHost = '127.0.0.1'

const notStarted = { state: 'preparing', process: null, starts: 0, lastError: null } as const

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
  return {
    version: 1,
    fleet: fleet.name,
    fleetFile: file,
    supervisor: ownIdentity(),
    startedAt: since,
    stopBudgetMs,
    gateway: { listen, admin, ...notStarted },
    replicas: replicas.map((replica, index) => replicaState(replica, ports[index] ?? 0, now)),
  }
}

/** The state of a replica that is not started yet. */
export function replicaState({ id, model, role }: LocalReplica, port: number, now: Date): LocalReplicaState {
  return {
    id,
    model: model.name,
    role,
    engine: model.engine,
    host: replicaHost,
    port,
    engineProcess: null,
    since: now.toISOString(),
    ...notStarted,
  }
}
