import type { Environment } from '../../files/index.ts'
import type { ClusterClient } from '../../kubernetes/index.ts'
import { applyFleet, deleteFleet, fleetStatus, planFleet } from '../../operate/index.ts'
import { UserError } from '../../errors/index.ts'
import type { ClusterTargetName, FleetSource, PlannedAction, Target } from '../../targets/index.ts'
import type { Clock } from '../clock.ts'
import type { EventRecorder, FleetEventText } from '../events/index.ts'
import { fleetReference, readFleetObject, sourceOf, type FleetObject } from '../fleet-object/index.ts'
import type { FleetScalers } from '../scaling/index.ts'
import { statusOf, withCondition, type FleetObjectStatus, type Outcome } from '../status/index.ts'
import { hasFinaliser, setFinaliser } from './finaliser.ts'
import { failureOf, isCutOff } from './outcome-of-error.ts'
import { quietProgress } from './quiet-progress.ts'

/**
 * What is to be done: `apply` compares every object with what it is to be, `repair` does so because one was changed by somebody
 * else, `status` only looks how it stands.
 */
export type Need = 'apply' | 'repair' | 'status'

/** What a reconciliation needs. */
export interface ReconcilerParts {
  /** Of this term: it ends with it. */
  readonly client: ClusterClient
  /** A target that works in a namespace. */
  readonly targetIn: (target: string, namespace: string) => Promise<Target>
  /** Targets that Fleets may run on. */
  readonly targets: readonly ClusterTargetName[]
  readonly clock: Clock
  readonly events: EventRecorder
  readonly environment: Environment
  readonly offline: boolean
  /** Faults of ours, with their stacks. */
  readonly onFault: (error: unknown, fleet: string) => void
  /** Objects that somebody else had changed were put back. */
  readonly onRepair?: (objects: number) => void
  /** Has models follow their load. */
  readonly scalers: Pick<FleetScalers, 'prepare' | 'follow' | 'isFollowed' | 'forget' | 'claimOf'>
}

/** What came of it. */
export interface Reconciled {
  readonly result: 'gone' | Outcome['kind']
  /** When the Fleet is to be looked at again although nothing tells; absent where only a change matters. */
  readonly againAfterMs?: number
}

/** A Fleet that starts is looked at again after this, since not everything that it waits for is watched. */
const startingAgainMs = 10_000
/** One that stands still; what happened unseen is found then. */
const settledAgainMs = 600_000
/** Says that the volumes with models go with the Fleet. */
const deleteModelsAnnotation = 'fairlead.dev/delete-models'

/** Reconciles Fleets one by one; holds nothing between two calls. */
export class Reconciler {
  readonly #parts: ReconcilerParts

  constructor(parts: ReconcilerParts) {
    this.#parts = parts
  }

  /**
   * Brings a Fleet a step further.
   * @param key `namespace/name`
   * @throws what cut it off when the term ended
   */
  async reconcile(key: string, needs: ReadonlySet<Need>, signal: AbortSignal): Promise<Reconciled> {
    const found = (await this.#parts.client.get(fleetReference(key))) as FleetObject | undefined
    if (found === undefined) {
      await this.#parts.scalers.forget(key)
      return { result: 'gone' }
    }
    if (found.metadata.deletionTimestamp !== undefined) return this.#remove(found, signal)
    const fleet = hasFinaliser(found) ? found : await setFinaliser(this.#parts.client, found, true)
    const outcome = await this.#bring(fleet, needs, signal)
    await this.#tell(fleet, outcome)
    return { result: outcome.kind, ...againAfter(outcome) }
  }

  async #bring(fleet: FleetObject, needs: ReadonlySet<Need>, signal: AbortSignal): Promise<Outcome> {
    const { environment, offline, scalers } = this.#parts
    const { generation, namespace = 'default' } = fleet.metadata
    let prepared
    try {
      const read = readFleetObject(fleet, this.#parts.targets)
      const { source, leftOut } = await sourceOf(read, { environment, signal, offline })
      prepared = { read, source, leftOut }
    } catch (error) {
      if (isCutOff(error)) throw error
      const { reason, message } = this.#failure(error, fleet)
      return { kind: 'refused', reason: reason === 'Blocked' ? 'InvalidFleet' : reason, message }
    }
    const { read, source, leftOut } = prepared
    const target = await this.#parts.targetIn(read.target, namespace)
    try {
      const isNew = fleet.status?.observedGeneration !== generation
      await scalers.prepare(fleet, source.fleet, read.target)
      if (isNew || needs.has('apply') || needs.has('repair')) {
        await this.#apply(fleet, source, target, signal, !isNew && needs.has('repair'))
      }
      await scalers.follow(fleet, source.fleet, read.target)
      const found = await fleetStatus(source.fleet.name, environment, target)
      if (leftOut.length > 0) await this.#event(fleet, leftOutEvent(leftOut))
      const models = source.fleet.models.map(({ name }) => name)
      return { kind: 'applied', target: read.target, models, found }
    } catch (error) {
      if (isCutOff(error)) throw error
      // What runs follows its load all the same, by what was applied last or else by what is to be.
      if (!scalers.isFollowed(fleet)) await scalers.follow(fleet, source.fleet, read.target)
      return this.#failure(error, fleet)
    }
  }

  #failure(error: unknown, fleet: FleetObject) {
    const failure = failureOf(error)
    if (failure.reason === 'InternalError') this.#parts.onFault(error, nameOf(fleet))
    return failure
  }

  /**
   * Applies a Fleet. Fields that were applied before and that somebody else has changed since are put back, by force where that
   * somebody owns them now; fields that never were the Fleet’s are not taken over.
   */
  async #apply(
    fleet: FleetObject,
    source: FleetSource,
    target: Target,
    signal: AbortSignal,
    isRepair: boolean,
  ): Promise<void> {
    const { environment } = this.#parts
    const apply = (forceConflicts: boolean) => {
      const options = { ...applyOptions, forceConflicts }
      const context = { environment, progress: quietProgress, signal, options }
      const isPuttingBack = isRepair || forceConflicts
      const onPlan = (actions: readonly PlannedAction[]) => this.#tellRepairs(fleet, actions)
      return applyFleet(source, isPuttingBack ? { ...context, onPlan } : context, target)
    }
    if (isRepair) return apply(await this.#isDriftAloneInTheWay(source, target))
    try {
      await apply(false)
    } catch (error) {
      if (!(error instanceof UserError) || isCutOff(error)) throw error
      if (!(await this.#isDriftAloneInTheWay(source, target))) throw error
      await apply(true)
    }
  }

  async #isDriftAloneInTheWay(source: FleetSource, target: Target): Promise<boolean> {
    const { actions } = await planFleet(source, this.#parts.environment, target)
    const blockers = actions.filter(({ blocks }) => blocks === true)
    return blockers.length > 0 && blockers.every(({ verb }) => verb === 'drift')
  }

  /** Counts and tells what somebody else has changed or removed, of what is about to be carried out. */
  #tellRepairs(fleet: FleetObject, actions: readonly PlannedAction[]): void {
    const changed = actions.filter(({ verb }) => verb === 'drift' || verb === 'create')
    if (changed.length === 0) return
    this.#parts.onRepair?.(changed.length)
    const details = changed.map(({ verb, subject, fields = [] }) =>
      verb === 'create' ? `${subject} (gone)` : `${subject} (${fields.map(({ path }) => path).join(', ')})`,
    )
    const note = `Puts back what somebody else changed: ${listed(details)}`
    void this.#event(fleet, { type: 'Warning', reason: 'DriftRepaired', action: 'Apply', note })
  }

  async #remove(fleet: FleetObject, signal: AbortSignal): Promise<Reconciled> {
    if (!hasFinaliser(fleet)) return { result: 'gone' }
    const { client, environment } = this.#parts
    const { name, namespace = 'default', annotations } = fleet.metadata
    const target = await this.#parts.targetIn(fleet.status?.target ?? 'kubernetes', namespace)
    await this.#parts.scalers.forget(`${namespace}/${name}`)
    try {
      await this.#tell(fleet, { kind: 'deleting', message: 'What the Fleet has become is removed.' })
      const volumes = annotations?.[deleteModelsAnnotation] === 'true'
      const context = { environment, progress: quietProgress, signal }
      const { removed, kept } = await deleteFleet(name, { volumes }, context, target)
      const keptText = kept.length === 0 ? '' : ` Kept: ${listed(kept)}`
      const note = `Removed ${removed.length} objects.${keptText}`
      await this.#event(fleet, { type: 'Normal', reason: 'Removed', action: 'Delete', note })
      const latest = (await client.get(fleetReference(`${namespace}/${name}`))) as FleetObject | undefined
      if (latest !== undefined) await setFinaliser(client, latest, false)
      return { result: 'gone' }
    } catch (error) {
      if (isCutOff(error)) throw error
      const failure = this.#failure(error, fleet)
      await this.#tell(fleet, failure)
      return { result: 'failed' }
    }
  }

  /** Writes the status where it says something new, and an Event where people would want one. */
  async #tell(fleet: FleetObject, outcome: Outcome): Promise<void> {
    const { client, clock } = this.#parts
    const { name, namespace = 'default', generation = 0 } = fleet.metadata
    // What was decided of replicas is told by whoever scales them.
    const { scaling: _, ...before } = fleet.status ?? {}
    const status = this.#withScaling(fleet, statusOf(before, outcome, generation, clock.date()))
    const event = eventOf(before, status, outcome)
    if (event !== undefined) await this.#event(fleet, event)
    if (JSON.stringify(sorted(status)) === JSON.stringify(sorted(before))) return
    const { apiVersion, kind } = fleet
    const object = { apiVersion, kind, metadata: { name, namespace }, status }
    await client.apply(object, { subresource: 'status', force: true, fieldManager: statusManager })
  }

  #withScaling(fleet: FleetObject, status: FleetObjectStatus): FleetObjectStatus {
    const { clock, scalers } = this.#parts
    const claim = scalers.claimOf(fleet)
    if (claim === undefined) return status
    const { generation = 0 } = fleet.metadata
    return { ...status, conditions: withCondition(status.conditions ?? [], claim, generation, clock.date()) }
  }

  #event(fleet: FleetObject, event: FleetEventText): Promise<void> {
    return this.#parts.events.record(fleet, event)
  }
}

/** Owner of the status, apart from the owner of what a Fleet becomes. */
const statusManager = 'fairlead-controller'
/** The controller looks again in place of waiting, and asks nothing of the models. */
const applyOptions = { wait: false, smoke: false, reason: 'controller' }

const nameOf = ({ metadata: { namespace = '', name } }: FleetObject) => `${namespace}/${name}`

function againAfter(outcome: Outcome): Pick<Reconciled, 'againAfterMs'> {
  if (outcome.kind !== 'applied') return outcome.kind === 'refused' ? { againAfterMs: settledAgainMs } : {}
  const { pools = [], gateway } = outcome.found
  const serves = gateway === null || gateway.state === 'ready' || gateway.state === 'running'
  const isSettled = serves && pools.every(({ ready, wanted }) => ready >= wanted)
  return { againAfterMs: isSettled ? settledAgainMs : startingAgainMs }
}

const reasonOf = ({ conditions = [] }: FleetObjectStatus, type: string) =>
  conditions.find((condition) => condition.type === type)?.reason

/** Something that people want to see happen; none where nothing is new. */
function eventOf(before: FleetObjectStatus, after: FleetObjectStatus, outcome: Outcome): FleetEventText | undefined {
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    const { reason, message } = outcome
    return { type: 'Warning', reason, action: outcome.kind === 'refused' ? 'Check' : 'Apply', note: message }
  }
  if (outcome.kind === 'deleting') return undefined
  const reason = reasonOf(after, 'Ready')
  if (reason === undefined || reason === reasonOf(before, 'Ready')) return undefined
  const { message = '' } = after.conditions?.find(({ type }) => type === 'Ready') ?? {}
  const type = reason === 'Ready' || reason === 'Starting' ? 'Normal' : 'Warning'
  return { type, reason, action: 'Apply', note: message }
}

function leftOutEvent(leftOut: readonly string[]): FleetEventText {
  const note = `Left to an administrator, since it is not in the Fleet’s namespace: ${listed(leftOut)}`
  return { type: 'Warning', reason: 'LeftOut', action: 'Apply', note }
}

const mostListed = 10
const listed = (names: readonly string[]) =>
  names.length <= mostListed
    ? names.join(', ')
    : `${names.slice(0, mostListed).join(', ')} and ${names.length - mostListed} more`

/** The same value with its fields in one order, as API servers give them in another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]),
  )
}
