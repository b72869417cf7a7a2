import type { ApplyContext, FleetSource } from '../../contract.ts'
import { poolsToScale, type ScaledPool } from '../../scaling/index.ts'
import { describeAction, fetchesSomething } from '../actions.ts'
import { fleetStatusOf } from '../fleet-status.ts'
import { requireFreeAddresses } from '../free-address.ts'
import { gatewayListenOf } from '../gateway-listen.ts'
import { findEngineBinaries, observe } from '../observe.ts'
import type { LocalParts } from '../parts.ts'
import { plan, startOf } from '../plan.ts'
import { findFreePorts } from '../ports.ts'
import { preparation } from '../prepare.ts'
import { localPools, type LocalPool } from '../replica-names.ts'
import type { PoolScaling } from '../../../observe/report/index.ts'
import { logFileOf, type StateFolder } from '../state-folder.ts'
import { StateStore } from '../state-store.ts'
import { gatewayRole } from './gateway-role.ts'
import { initialState, replicaHost } from './initial-state.ts'
import { LogFile } from './log-file.ts'
import { keepScaled, poolTitle, type KeepScaledParts } from './keep-scaled.ts'
import { LocalScaler } from './local-scaler.ts'
import { ReplicaSet, type ReplicaStart } from './replica-set.ts'
import { reportChanges } from './report-changes.ts'
import { SupervisedProcess, type FirstOutcome, type ProcessRole, type ProcessView } from './supervised-process.ts'
import { untilAborted } from './until-aborted.ts'
import { untilDrained } from './until-drained.ts'
import { untilGatewaySees } from './until-gateway-sees.ts'
import { crashLoopError } from './verdict.ts'

/** Beyond the drain that the Fleet allows, the gateway needs a moment to end. */
const gatewayMarginMs = 5_000

/** Runs one Fleet on this machine: prepares, starts, keeps running, stops. */
export class FleetSupervisor {
  readonly #source: FleetSource
  readonly #folder: StateFolder
  readonly #context: ApplyContext
  readonly #parts: LocalParts
  readonly #gatewayGraceMs: number
  #replicas: ReplicaSet | undefined
  /** Replicas are scaled until it settles. */
  #scaling: Promise<void> = Promise.resolve()
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
    const { clock } = this.#parts
    const longestMs = fleet.gateway.drain.timeout
    const replicas = new ReplicaSet({
      store,
      folder: this.#folder,
      environment,
      local: this.#parts,
      progress,
      binaries,
      prepare,
      supervise: (role, remember) => this.#supervise(role, remember),
      untilDrained: (id) =>
        untilDrained(id, () => store.state.gateway?.admin ?? addresses.admin, { clock, longestMs, signal }),
      signal,
    })
    this.#replicas = replicas
    const pools = localPools(fleet)
    const start = ({ model, role }: LocalPool, id: string) =>
      startOf({ id, model, role }, observed, Math.max(1, starts.length), this.#parts.engineFor)
    const scaled = this.#poolsToScale()
    const asleep = pools.filter(
      ({ model, role, first }) => first === 0 && scaled.some((pool) => pool.model === model.name && pool.role === role),
    )
    const onProblem = (id: string, error: unknown) =>
      progress.note(`${id} could not be started: ${error instanceof Error ? error.message : String(error)}`)
    const scaler = new LocalScaler({ pools, replicas, store, clock, startOf: start, onProblem })
    const onScaling = (scalings: readonly PoolScaling[]) => store.changeScaling(scalings)
    const [outcomes] = await Promise.all([
      Promise.all(starts.map((each) => replicas.start(each))),
      // What starts with the first request is fetched by then.
      Promise.all(asleep.map((pool) => prepare(start(pool, pool.idOf(0))))),
      this.#scaleOnce(gatewayServes, { scaler, pools: scaled, clock, progress, onScaling, signal }),
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

  /** The pools that follow their load; of those that others are to scale it says that nobody does here. */
  #poolsToScale(): readonly ScaledPool[] {
    const { scaled, others } = poolsToScale(this.#source.fleet)
    for (const { model, role, reason } of others) {
      if (reason !== 'hpa' && reason !== 'keda') continue
      const title = poolTitle({ model, role })
      this.#context.progress.note(`${title} is not scaled: autoscale.by is ${reason}, and only a cluster has that.`)
    }
    return scaled
  }

  /** Scaling goes on by itself from then on. */
  async #scaleOnce(gatewayServes: Promise<void>, parts: KeepScaledParts): Promise<void> {
    await gatewayServes
    if (parts.pools.length > 0) this.#scaling = keepScaled(parts)
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
    const { progress, killSignal = new AbortController().signal } = this.#context
    const step = this.#gateway === undefined ? undefined : progress.step('Stop')
    step?.update('open answers finish')
    await this.#gateway?.stop(this.#gatewayGraceMs, killSignal)
    step?.update('engines end')
    await this.#scaling
    await this.#replicas?.stop(killSignal)
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
