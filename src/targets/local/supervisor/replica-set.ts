import type { Environment } from '../../../files/index.ts'
import type { ReplicaRole } from '../../../scheduling/index.ts'
import type { LocalAction } from '../actions.ts'
import { engineSocketVariables } from '../engine-sockets.ts'
import { kvEventsEndpointsOf } from '../kv-events-endpoints.ts'
import type { LocalParts } from '../parts.ts'
import type { Prepared } from '../prepare.ts'
import type { ProgressReporter } from '../../../progress/index.ts'
import type { StateFolder } from '../state-folder.ts'
import type { StateStore } from '../state-store.ts'
import { replicaHost } from './initial-state.ts'
import { replicaRole } from './replica-role.ts'
import { reportStart } from './report-start.ts'
import type { FirstOutcome, ProcessRole, ProcessView, SupervisedProcess } from './supervised-process.ts'

/** A replica that is to start. */
export type ReplicaStart = LocalAction & { readonly kind: 'start-replica' }

/** What replicas are started and stopped with. */
export interface ReplicaSetParts {
  readonly store: StateStore
  readonly folder: StateFolder
  readonly environment: Environment
  readonly local: LocalParts
  readonly progress: ProgressReporter
  readonly binaries: ReadonlyMap<string, string>
  readonly prepare: (start: ReplicaStart) => Promise<Prepared>
  readonly supervise: (role: ProcessRole, remember: (view: ProcessView) => void) => SupervisedProcess
  /** Resolves once nothing is under way on a replica, or there is no more time for it. */
  readonly untilDrained: (id: string) => Promise<void>
  /** Nothing is started or drained any more. */
  readonly signal: AbortSignal
}

/** What is known of a replica by its state. */
export interface KnownReplica {
  readonly id: string
  readonly model: string
  readonly role: ReplicaRole
  readonly phase: 'ready' | 'starting' | 'draining'
}

/** The engine processes of a running Fleet: they come and go one by one, each in its place in the state. */
export class ReplicaSet {
  readonly #parts: ReplicaSetParts
  readonly #processes = new Map<string, SupervisedProcess>()
  readonly #draining = new Set<string>()

  constructor(parts: ReplicaSetParts) {
    this.#parts = parts
  }

  /** Every replica that there is; one that keeps crashing counts as starting, as it is tried again and again. */
  get known(): readonly KnownReplica[] {
    return this.#parts.store.state.replicas.map(({ id, model, role, state }) => {
      const phase = this.#draining.has(id) ? 'draining' : state === 'ready' ? 'ready' : 'starting'
      return { id, model, role, phase }
    })
  }

  /** Fetches what a replica needs and starts it; resolves when it serves for the first time, or is judged not to. */
  async start(start: ReplicaStart): Promise<FirstOutcome> {
    const { store, folder, environment, local, progress, binaries, prepare, supervise, signal } = this.#parts
    const { id, model, threads } = start
    const { modelPath, engineFolder } = await prepare(start)
    if (signal.aborted || this.#draining.has(id)) return { kind: 'stopped' }
    const port = store.state.replicas.find((replica) => replica.id === id)?.port ?? 0
    const engine = local.engineFor(model.engine)
    const launch = {
      id,
      model,
      engine,
      host: replicaHost,
      port,
      threads,
      modelPath,
      places: { binaries, engineFolder },
      variables: engineSocketVariables(engine, folder, environment),
      kvEvents: kvEventsEndpointsOf(folder, id, model, engine),
    }
    store.changeReplica(id, { kvEvents: launch.kvEvents ?? null })
    const role = replicaRole(launch, local.programs, local.clock, {
      onPort: (port) => store.changeReplica(id, { port }),
      onEngineProcess: (engineProcess) => store.changeReplica(id, { engineProcess }),
    })
    const report = reportStart(id, engine.name, progress, local.clock)
    const replica = supervise(role, (view) => {
      const { state, process, starts, since, lastError } = view
      // One that is drained leaves the state once it has ended: it has not failed.
      const isGoing = state === 'stopped' && this.#draining.has(id)
      const told = isGoing ? {} : { state, since: since.toISOString(), lastError }
      store.changeReplica(id, { process, starts, ...told })
      report.onChange(view)
    })
    this.#processes.set(id, replica)
    replica.start()
    const outcome = await replica.firstOutcome
    report.onOutcome(outcome, replica.log.path)
    return outcome
  }

  /** Has a replica get no new requests, finish what it has, and end; it is gone from the state when this resolves. */
  async retire(id: string): Promise<void> {
    const { store, local, untilDrained, signal } = this.#parts
    if (this.#draining.has(id)) return
    this.#draining.add(id)
    const replica = this.#processes.get(id)
    if (replica === undefined) store.changeReplica(id, { state: 'stopping' })
    else replica.announceStop()
    await untilDrained(id)
    if (signal.aborted) return
    await replica?.stop(local.engineGraceMs, signal)
    this.#processes.delete(id)
    store.removeReplica(id)
    this.#draining.delete(id)
  }

  /** Ends all of them. */
  async stop(killSignal: AbortSignal): Promise<void> {
    const { engineGraceMs } = this.#parts.local
    await Promise.all([...this.#processes.values()].map((replica) => replica.stop(engineGraceMs, killSignal)))
  }
}
