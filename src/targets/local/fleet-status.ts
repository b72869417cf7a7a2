import type { LocalReplicaState, LocalState } from '../../discovery/index.ts'
import type { FleetStatus, ReplicaStatus } from '../contract.ts'
import { replicaLoadOf } from '../fleet-load.ts'
import type { GatewayLoad, ReplicaLoad } from './gateway-load.ts'
import { urlOf } from './ports.ts'

function replicaStatusOf(replica: LocalReplicaState, running: boolean, load: ReplicaLoad | undefined): ReplicaStatus {
  const { id, model, engine, state, starts, since, lastError } = replica
  return {
    id,
    model,
    engine,
    state: running ? state : 'stopped',
    address: urlOf(replica),
    starts,
    since,
    ...replicaLoadOf(load === undefined ? [] : [load]),
    lastError,
    ...(replica.role === 'both' ? {} : { role: replica.role }),
  }
}

/** A replica of an external model: nothing of it runs here, and only the gateway knows of it. */
function externalStatusOf(load: ReplicaLoad, { startedAt }: LocalState): ReplicaStatus {
  return {
    id: load.id,
    model: load.model,
    engine: load.engine,
    state: load.ready ? 'ready' : 'unreachable',
    address: load.address,
    starts: 0,
    since: startedAt,
    ...replicaLoadOf([load]),
    lastError: load.lastError,
  }
}

/**
 * The status of a Fleet by its state.
 * @param running whether its supervisor lives; of one that died nothing runs any more, whatever its state says
 * @param load what the gateway counts; unknown when absent
 */
export function fleetStatusOf(state: LocalState, running: boolean, load?: GatewayLoad): FleetStatus {
  const { gateway } = state
  const ownIds = new Set(state.replicas.map(({ id }) => id))
  return {
    fleet: state.fleet,
    target: 'local',
    running,
    gateway:
      gateway === null
        ? null
        : {
            address: urlOf(gateway.listen),
            admin: urlOf(gateway.admin),
            state: running ? gateway.state : 'stopped',
            lastError: gateway.lastError,
          },
    replicas: [
      ...state.replicas.map((replica) => replicaStatusOf(replica, running, load?.get(replica.id))),
      ...[...(load?.values() ?? [])].filter(({ id }) => !ownIds.has(id)).map((found) => externalStatusOf(found, state)),
    ],
  }
}

/** The status of a Fleet that does not run. */
export function stoppedStatus(fleet: string): FleetStatus {
  return { fleet, target: 'local', running: false, gateway: null, replicas: [] }
}
