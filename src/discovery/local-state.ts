import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import { readBoundedFile } from '../files/index.ts'
import type { Replica, ReplicaPhase, ReplicaSource } from './contract.ts'
import { localStateSchema, type LocalReplicaState, type LocalState, type ProcessState } from './local-state-schema.ts'

/** A thousand replicas take about half a megabyte. */
const stateLimitBytes = 16 * 1024 * 1024
/** Network file systems and containers' mounts deliver no events; the file is looked at this often too. */
const pollIntervalMs = 1_000

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
    role: 'both',
    generation: state.starts,
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
}

/**
 * Follows the `state.json` that the supervisor of target `local` writes. A file that is missing at the start is an
 * empty list; later, whatever cannot be read leaves the last good list in force.
 */
export function createLocalStateSource({ path, onError }: LocalStateOptions): ReplicaSource {
  const listeners = new Set<() => void>()
  let replicas: readonly Replica[] = []
  let content = ''
  let lastError = ''
  let reading: Promise<void> | undefined
  let readAgain = false
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  async function read(): Promise<void> {
    try {
      const text = (await readBoundedFile(path, stateLimitBytes)).toString('utf8')
      lastError = ''
      if (text === content || isClosed) return
      const next = replicasOfState(localStateSchema.parse(JSON.parse(text)))
      content = text
      const isChanged = JSON.stringify(next) !== JSON.stringify(replicas)
      replicas = next
      if (isChanged) for (const listener of listeners) listener()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== lastError) onError?.(message)
      lastError = message
    }
  }

  /** Reads now, or once more after the reading that is under way. */
  function refresh(): Promise<void> {
    if (reading !== undefined) {
      readAgain = true
      return reading
    }
    reading = read().finally(() => {
      reading = undefined
      const again = readAgain && !isClosed
      readAgain = false
      if (again) void refresh()
    })
    return reading
  }

  function follow(): void {
    // The folder is watched, since an atomic write replaces the file itself.
    const name = basename(path)
    try {
      watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
        if (changed === null || changed === name) void refresh()
      })
      watcher.on('error', () => watcher?.close())
    } catch {
      // No events here, or no such folder yet: the poll finds the changes.
    }
    timer = setInterval(() => void refresh(), pollIntervalMs)
    timer.unref()
  }

  return {
    name: 'local-state',
    async start() {
      await refresh()
      follow()
    },
    snapshot: () => replicas,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      watcher?.close()
      listeners.clear()
      await reading
    },
  }
}
