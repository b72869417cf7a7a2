import type { Fleet } from '../../fleet/index.ts'
import type { ClusterClient } from '../../kubernetes/index.ts'
import type { Logger } from '../../observe/index.ts'
import { scalingReasonText, type PoolScaling } from '../../operate/scaling/index.ts'
import { poolsToScale, type clusterTargetNames } from '../../targets/index.ts'
import type { Clock } from '../clock.ts'
import type { EventRecorder } from '../events/index.ts'
import { fleetReference, type FleetObject } from '../fleet-object/index.ts'
import type { ControllerMetrics } from '../metrics.ts'
import { failureOf } from '../reconcile/outcome-of-error.ts'
import type { ConditionClaim } from '../status/index.ts'
import { takeBackDecisions } from './decision-teller.ts'
import { FleetScaler } from './fleet-scaler.ts'
import { readLoadKey } from './load-key.ts'
import { fixedClaim, othersClaim, ownClaim, poolName } from './scaling-claim.ts'

type ClusterTargetName = (typeof clusterTargetNames)[number]

/** What scaling needs of the leader. */
export interface FleetScalersParts {
  /** A client that sees one namespace alone. */
  readonly clientIn: (namespace: string) => Promise<ClusterClient>
  readonly clock: Clock
  readonly events: EventRecorder
  readonly metrics: ControllerMetrics
  readonly logger: Logger
  /** Where keys of Fleets are by which gateways tell their load; none when absent. */
  readonly loadKeys: string | undefined
  /** Fires when the term ends. */
  readonly signal: AbortSignal
  /** The condition of a Fleet, `namespace/name`, is to be written anew. */
  readonly onState: (key: string) => void
}

/** A Fleet that is looked at, and how it is scaled. */
interface Followed {
  readonly scaler: FleetScaler | undefined
  readonly pools: ReturnType<typeof poolsToScale>
  readonly target: ClusterTargetName
}

/** The loops of all Fleets: each begun once, and each ended. */
export class FleetScalers {
  readonly #parts: FleetScalersParts
  readonly #followed = new Map<string, Followed>()

  constructor(parts: FleetScalersParts) {
    this.#parts = parts
  }

  /** Before a Fleet is applied: ends a loop that the Fleet does not want any more, so that whoever scales next is alone. */
  async prepare(object: FleetObject, fleet: Fleet, target: ClusterTargetName): Promise<void> {
    if (poolsOf(fleet, target).scaled.length === 0) await this.#stop(keyOf(object))
  }

  /** After it was applied: has its models follow their load where that is the controller’s to do. */
  async follow(object: FleetObject, fleet: Fleet, target: ClusterTargetName): Promise<void> {
    const key = keyOf(object)
    const pools = poolsOf(fleet, target)
    const before = this.#followed.get(key)?.scaler
    if (pools.scaled.length === 0) {
      await this.#stop(key)
      if (object.status?.scaling !== undefined) await this.#untell(object)
    } else before?.follow(object, fleet)
    const scaler = pools.scaled.length === 0 ? undefined : (before ?? (await this.#begin(key, object, fleet)))
    this.#followed.set(key, { scaler, pools, target })
    this.#count()
  }

  /** Whether a loop of it runs. */
  isFollowed(object: FleetObject): boolean {
    return this.#followed.get(keyOf(object))?.scaler !== undefined
  }

  /** Ends what there is of a Fleet. */
  async forget(key: string): Promise<void> {
    await this.#stop(key)
    this.#followed.delete(key)
    this.#count()
  }

  /** What the status is to say of it; undefined where there is nothing to say, or nothing new. */
  claimOf(object: FleetObject): ConditionClaim | undefined {
    const { name, namespace = 'default' } = object.metadata
    const followed = this.#followed.get(keyOf(object))
    if (followed === undefined) return undefined
    const { scaler, pools, target } = followed
    if (scaler !== undefined) return ownClaim({ namespace, name }, pools.scaled, scaler.state)
    const had = object.status?.conditions?.some(({ type }) => type === fixedClaim.type) === true
    return othersClaim(target, pools) ?? (had ? fixedClaim : undefined)
  }

  /** Ends every loop. */
  async close(): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((key) => this.forget(key)))
  }

  /** Takes back what was told of pools that are not scaled any more. */
  async #untell({ metadata: { name, namespace = 'default' } }: FleetObject): Promise<void> {
    const client = await this.#parts.clientIn(namespace)
    await takeBackDecisions(client, fleetReference(`${namespace}/${name}`))
  }

  async #begin(key: string, object: FleetObject, fleet: Fleet): Promise<FleetScaler> {
    const { clientIn, clock, events, metrics, logger, loadKeys, signal, onState } = this.#parts
    const { name, namespace = 'default' } = object.metadata
    const client = await clientIn(namespace)
    return new FleetScaler(object, fleet, {
      client,
      clock,
      signal,
      readKey: () => readLoadKey(loadKeys, namespace, name),
      onScaled: (about, changed) => {
        for (const scaling of changed) {
          metrics.scalingChanges.inc({ reason: scaling.decision.reason })
          logger.info({ fleet: key, ...changeOf(scaling) }, 'scaled')
        }
        const note = changed.map(changeText).join('; ')
        void events.record(about, { type: 'Normal', reason: 'Scaled', action: 'Scale', note })
      },
      onState: (state) => {
        logger.info({ fleet: key, state }, 'scaling stands otherwise')
        onState(key)
      },
      onProblem: (reason, error) => {
        metrics.scalingProblems.inc({ reason })
        if (error !== undefined) logger.debug({ err: error, fleet: key }, 'a round of scaling failed')
      },
      onUntold: (error) => logger.debug({ err: error, fleet: key }, 'what was decided could not be told'),
      wordsOf: (error) => failureOf(error).message,
    })
  }

  async #stop(key: string): Promise<void> {
    const followed = this.#followed.get(key)
    if (followed?.scaler === undefined) return
    this.#followed.set(key, { ...followed, scaler: undefined })
    await followed.scaler.stop()
  }

  #count(): void {
    const pools = [...this.#followed.values()].filter(({ scaler }) => scaler !== undefined)
    this.#parts.metrics.scaledPools.set(pools.reduce((sum, each) => sum + each.pools.scaled.length, 0))
  }
}

const keyOf = ({ metadata: { namespace = 'default', name } }: FleetObject) => `${namespace}/${name}`

/** Pools of a Fleet that are the controller’s, and those that are others’: on other platforms all of them are. */
const poolsOf = (fleet: Fleet, target: ClusterTargetName): ReturnType<typeof poolsToScale> => {
  const pools = poolsToScale(fleet, { target: 'kubernetes' })
  if (target === 'kubernetes') return pools
  return {
    scaled: [],
    others: [...pools.others, ...pools.scaled.map(({ model, role }) => ({ model, role, reason: 'none' as const }))],
  }
}

const changeOf = ({ model, role, decision: { current, wanted, reason } }: PoolScaling) => ({
  model,
  role,
  from: current,
  to: wanted,
  reason,
})

const changeText = ({ model, role, decision: { current, wanted, reason } }: PoolScaling) =>
  `${poolName({ model, role })}: ${current} → ${wanted} replicas, ${scalingReasonText(reason)}`
