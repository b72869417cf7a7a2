import { followFile } from './follow-file.ts'
import type { Replica, ReplicaPhase, ReplicaSource } from './contract.ts'
import { localStateSchema, type LocalReplicaState, type LocalState, type ProcessState } from './local-state-schema.ts'

/** A thousand replicas take about half a megabyte. */
const stateLimitBytes = 16 * 1024 * 1024

const phases: Record<ProcessState, ReplicaPhase> = {
  preparing: 'starting',
  starting: 'starting',
  restarting: 'starting',
  ready: 'serving',
  stopping: 'draining',
  stopped: 'failed',
  'crash-loop': 'failed',
}

function replicaOf(state: LocalReplicaState): Replica {
  return {
    id: state.id,
    model: state.model,
    engine: state.engine,
    address: { protocol: 'http', host: state.host, port: state.port, basePath: '' },
    phase: phases[state.state],
    role: state.role,
    generation: state.starts,
    kvEvents: state.kvEvents ? { ...state.kvEvents, ranks: 1 } : null,
  }
}

/** The replicas of a state file's content. */
function replicasOfState(state: LocalState): readonly Replica[] {
  return state.replicas.map(replicaOf)
}

/** How a state file is followed. */
export interface LocalStateOptions {
  readonly path: string
  /** Told when the file cannot be read or understood, once for each new message. */
  readonly onError?: (message: string) => void
  /** Told how pools are scaled, whenever the file is read. */
  readonly onScaling?: (scaling: NonNullable<LocalState['scaling']>) => void
}

/**
 * Follows the `state.json` that the supervisor of target `local` writes. A file that is missing at the start is an
 * empty list; later, whatever cannot be read leaves the last good list in force.
 */
export function createLocalStateSource({ path, onError, onScaling }: LocalStateOptions): ReplicaSource {
  const listeners = new Set<() => void>()
  let replicas: readonly Replica[] = []
  const follower = followFile({
    path,
    limitBytes: stateLimitBytes,
    take(text) {
      const state = localStateSchema.parse(JSON.parse(text))
      onScaling?.(state.scaling ?? [])
      const next = replicasOfState(state)
      const isChanged = JSON.stringify(next) !== JSON.stringify(replicas)
      replicas = next
      if (isChanged) for (const listener of listeners) listener()
    },
    onError: ({ message }) => onError?.(message),
  })
  return {
    name: 'local-state',
    async start() {
      await follower.start()
    },
    snapshot: () => replicas,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      await follower.close()
    },
  }
}
