import { readdir } from 'node:fs/promises'
import type { LocalPool } from '../replica-names.ts'
import type { PoolName } from '../../../scheduling/index.ts'
import type { CountedPool, GatewayReading, Scaler } from '../../scaling/index.ts'
import { readLoadReport } from '../gateway-load.ts'
import { findFreePorts } from '../ports.ts'
import type { StateStore } from '../state-store.ts'
import type { Clock } from './clock.ts'
import { replicaHost, replicaState } from './initial-state.ts'
import type { KnownReplica, ReplicaSet, ReplicaStart } from './replica-set.ts'

/** The NVIDIA driver has a folder here for each GPU (its README, chapter "The /proc interface"). */
const gpusFolder = '/proc/driver/nvidia/gpus'

/** What the scaler works with. */
export interface LocalScalerParts {
  readonly pools: readonly LocalPool[]
  readonly replicas: ReplicaSet
  readonly store: StateStore
  readonly clock: Clock
  readonly startOf: (pool: LocalPool, id: string) => ReplicaStart
  /** Told what went wrong with a replica that was to start. */
  readonly onProblem: (id: string, error: unknown) => void
}

/** Scales the processes of a Fleet on this machine. */
export class LocalScaler implements Scaler {
  readonly #parts: LocalScalerParts
  #gpus: Promise<number | null> | undefined

  constructor(parts: LocalScalerParts) {
    this.#parts = parts
  }

  async counts(): Promise<readonly CountedPool[]> {
    return this.#parts.pools.map(({ model, role }) => {
      const own = this.#replicasOf({ model: model.name, role })
      const count = (phase: KnownReplica['phase']) => own.filter((replica) => replica.phase === phase).length
      const replicas = { ready: count('ready'), starting: count('starting'), draining: count('draining') }
      return { model: model.name, role, replicas }
    })
  }

  async loads(): Promise<readonly GatewayReading[]> {
    const { gateway } = this.#parts.store.state
    if (gateway === null) return []
    const report = await readLoadReport(gateway.admin)
    return [{ gateway: `gateway ${gateway.starts}`, report: report ?? null }]
  }

  gpus(): Promise<number | null> {
    return (this.#gpus ??= readdir(gpusFolder).then(
      ({ length }) => length,
      () => null,
    ))
  }

  async scale(name: PoolName, wanted: number): Promise<void> {
    const pool = this.#parts.pools.find(({ model, role }) => model.name === name.model && role === name.role)
    if (pool === undefined) return
    const running = this.#replicasOf(name).filter(({ phase }) => phase !== 'draining')
    for (let more = running.length; more < wanted; more += 1) await this.#add(pool)
    const spare = Math.max(0, running.length - wanted)
    for (const { id } of leaving(running).slice(0, spare)) void this.#parts.replicas.retire(id)
  }

  #replicasOf({ model, role }: PoolName): readonly KnownReplica[] {
    return this.#parts.replicas.known.filter((replica) => replica.model === model && replica.role === role)
  }

  async #add(pool: LocalPool): Promise<void> {
    const { replicas, store, clock, startOf, onProblem } = this.#parts
    const taken = new Set(store.state.replicas.map(({ id }) => id))
    let index = 0
    while (taken.has(pool.idOf(index))) index += 1
    const id = pool.idOf(index)
    const [port = 0] = await findFreePorts(1, replicaHost)
    const start = startOf(pool, id)
    store.addReplica(replicaState(start, port, new Date(clock.now())))
    replicas.start(start).catch((error: unknown) => {
      onProblem(id, error)
      store.removeReplica(id)
    })
  }
}

const isReady = ({ phase }: KnownReplica): number => (phase === 'ready' ? 1 : 0)

/** Who goes first: those that do not answer yet, then those that came last. */
function leaving(running: readonly KnownReplica[]): readonly KnownReplica[] {
  return running.toReversed().toSorted((one, other) => isReady(one) - isReady(other))
}
