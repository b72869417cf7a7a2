import type { ApplyContext, FleetSource } from '../../contract.ts'
import { describeAction, fetchesSomething, type LocalAction } from '../actions.ts'
import { fleetStatusOf } from '../fleet-status.ts'
import { requireFreeAddresses } from '../free-address.ts'
import { gatewayListenOf } from '../gateway-listen.ts'
import { findEngineBinaries, observe } from '../observe.ts'
import type { LocalParts } from '../parts.ts'
import { plan } from '../plan.ts'
import { findFreePorts } from '../ports.ts'
import { preparation, type Prepared } from '../prepare.ts'
import { logFileOf, type StateFolder } from '../state-folder.ts'
import { StateStore } from '../state-store.ts'
import { kvEventsEndpointsOf } from '../kv-events-endpoints.ts'
import { gatewayRole } from './gateway-role.ts'
import { initialState, replicaHost } from './initial-state.ts'
import { LogFile } from './log-file.ts'
import { replicaRole } from './replica-role.ts'
import { reportChanges } from './report-changes.ts'
import { reportStart } from './report-start.ts'
import { SupervisedProcess, type FirstOutcome, type ProcessRole, type ProcessView } from './supervised-process.ts'
import { untilAborted } from './until-aborted.ts'
import { untilGatewaySees } from './until-gateway-sees.ts'
import { crashLoopError } from './verdict.ts'

/** Beyond the drain that the Fleet allows, the gateway needs a moment to end. */
const gatewayMarginMs = 5_000

type ReplicaStart = LocalAction & { readonly kind: 'start-replica' }

/** Runs one Fleet on this machine: prepares, starts, keeps running, stops. */
export class FleetSupervisor {
  readonly #source: FleetSource
  readonly #folder: StateFolder
  readonly #context: ApplyContext
  readonly #parts: LocalParts
  readonly #gatewayGraceMs: number
  readonly #replicas: SupervisedProcess[] = []
  #gateway: SupervisedProcess | undefined
  #store: StateStore | undefined
  #prepared: () => Promise<void> = () => Promise.resolve()

  constructor(source: FleetSource, folder: StateFolder, context: ApplyContext, parts: LocalParts) {
    this.#source = source
    this.#folder = folder
    this.#context = context
    this.#parts = parts
    this.#gatewayGraceMs = source.fleet.gateway.drain.timeout + gatewayMarginMs
  }

  /** Stays until the context's signal fires and everything has stopped; rejects when the Fleet cannot be started. */
  async run(): Promise<void> {
    const starting = new AbortController()
    const stopRequested = untilAborted(this.#context.signal)
    const started = this.#start(AbortSignal.any([this.#context.signal, starting.signal]))
    try {
      await Promise.race([started, stopRequested])
      await stopRequested
    } finally {
      starting.abort()
      await this.#stop(started)
    }
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { fleet } = this.#source
    const { environment, progress, onReady } = this.#context
    const addresses = gatewayListenOf(fleet)
    const observed = await observe(fleet, environment, this.#parts)
    const actions = plan(fleet, addresses, { ...observed, running: undefined }, this.#parts.engineFor)
    await requireFreeAddresses(addresses, environment)
    for (const action of actions) if (action.kind === 'warn') progress.note(`Warning: ${describeAction(action).detail}`)
    const starts = actions.filter((action) => action.kind === 'start-replica')
    const store = await this.#openStore(starts)
    const gatewayServes = this.#startGateway(store, signal)
    gatewayServes.catch(() => undefined) // Awaited below, perhaps after it was rejected.
    // A gateway that refuses to start is to be known before a long download; a start with nothing to fetch is to be quick.
    if (actions.some(fetchesSomething)) await gatewayServes
    const { prepare, settled } = preparation(this.#parts, { environment, progress, signal })
    this.#prepared = settled
    const binaries = await findEngineBinaries(environment)
    const [outcomes] = await Promise.all([
      Promise.all(
        starts.map(async (start) => this.#startReplica(store, start, await prepare(start), binaries, signal)),
      ),
      gatewayServes,
    ])
    signal.throwIfAborted()
    this.#requireSomeReplica(starts, outcomes)
    const serving = starts.filter((_, index) => outcomes[index]?.kind === 'serves').map(({ id }) => id)
    await store.flush()
    const load = await untilGatewaySees(
      serving,
      store.state.gateway?.admin ?? addresses.admin,
      this.#parts.clock,
      signal,
    )
    if (!signal.aborted) onReady?.(fleetStatusOf(store.state, true, load))
  }

  async #openStore(starts: readonly ReplicaStart[]): Promise<StateStore> {
    const { clock, engineGraceMs } = this.#parts
    const ports = await findFreePorts(starts.length, replicaHost)
    const state = initialState(
      this.#source,
      gatewayListenOf(this.#source.fleet),
      starts,
      ports,
      this.#gatewayGraceMs + engineGraceMs,
      new Date(clock.now()),
    )
    this.#store = new StateStore(this.#folder.stateFile, state, (problem) => this.#context.progress.note(problem))
    await this.#store.flush()
    return this.#store
  }

  /** The gateway comes first: whoever asks is told that it starts, and its own mistakes are found before any download. */
  async #startGateway(store: StateStore, signal: AbortSignal): Promise<void> {
    const { fleet, file } = this.#source
    const { listen, admin } = gatewayListenOf(fleet)
    const role = gatewayRole(
      { fleetFile: file, stateFile: this.#folder.stateFile, port: listen.port, adminPort: admin.port },
      this.#parts.programs,
      (addresses) => store.changeGateway(addresses),
    )
    signal.throwIfAborted()
    this.#gateway = this.#supervise(role, ({ state, process, starts, lastError }) =>
      store.changeGateway({ state, process, starts, lastError }),
    )
    this.#gateway.start()
    const outcome = await this.#gateway.firstOutcome
    if (outcome.kind === 'ended' || outcome.kind === 'crash-loop') {
      throw crashLoopError('The gateway', outcome.crashes, outcome.end, this.#gateway.log.path)
    }
    signal.throwIfAborted()
  }

  async #startReplica(
    store: StateStore,
    { id, model, threads }: ReplicaStart,
    { modelPath, engineFolder }: Prepared,
    binaries: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<FirstOutcome> {
    if (signal.aborted) return { kind: 'stopped' }
    const { clock, programs } = this.#parts
    const port = store.state.replicas.find((replica) => replica.id === id)?.port ?? 0
    const engine = this.#parts.engineFor(model.engine)
    const launch = {
      id,
      model,
      engine,
      host: replicaHost,
      port,
      threads,
      modelPath,
      places: { binaries, engineFolder },
      kvEvents: kvEventsEndpointsOf(this.#folder, id, model, engine),
    }
    store.changeReplica(id, { kvEvents: launch.kvEvents ?? null })
    const role = replicaRole(launch, programs, clock, {
      onPort: (port) => store.changeReplica(id, { port }),
      onEngineProcess: (engineProcess) => store.changeReplica(id, { engineProcess }),
    })
    const report = reportStart(id, engine.name, this.#context.progress, clock)
    const replica = this.#supervise(role, (view) => {
      const { state, process, starts, since, lastError } = view
      store.changeReplica(id, { state, process, starts, since: since.toISOString(), lastError })
      report.onChange(view)
    })
    this.#replicas.push(replica)
    replica.start()
    const outcome = await replica.firstOutcome
    report.onOutcome(outcome, replica.log.path)
    return outcome
  }

  /** A Fleet of which nothing ever served is not kept up: somebody should read why. */
  #requireSomeReplica(starts: readonly ReplicaStart[], outcomes: readonly FirstOutcome[]): void {
    const hasOther = this.#source.fleet.models.some(({ engine }) => engine === 'external')
    if (hasOther || outcomes.some(({ kind }) => kind === 'serves')) return
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind !== 'crash-loop') continue
      const id = starts[index]?.id ?? ''
      throw crashLoopError(
        `Replica ${id}`,
        outcome.crashes,
        outcome.end,
        logFileOf(this.#folder, id),
        starts[index]?.model.engine,
      )
    }
  }

  /** The gateway drains while engines still answer it, then they end together. */
  async #stop(started: Promise<void>): Promise<void> {
    const { engineGraceMs } = this.#parts
    const { progress, killSignal = new AbortController().signal } = this.#context
    const step = this.#gateway === undefined ? undefined : progress.step('Stop')
    step?.update('open answers finish')
    await this.#gateway?.stop(this.#gatewayGraceMs, killSignal)
    step?.update('engines end')
    await Promise.all(this.#replicas.map((replica) => replica.stop(engineGraceMs, killSignal)))
    // Downloads and installations that are under way end by their signal, and clear up after themselves.
    const idle = started.catch(() => undefined).then(() => this.#prepared())
    await Promise.race([idle, untilAborted(killSignal)])
    await this.#store?.remove()
    step?.succeed('Everything has stopped')
  }

  #supervise(role: ProcessRole, remember: (view: ProcessView) => void): SupervisedProcess {
    const { clock, restartPolicy: policy } = this.#parts
    const report = reportChanges(role.name, this.#context.progress)
    const onChange = (view: ProcessView) => {
      remember(view)
      report(view)
    }
    const log = new LogFile(logFileOf(this.#folder, role.name))
    return new SupervisedProcess(role, { clock, policy, environment: this.#context.environment, log, onChange })
  }
}
