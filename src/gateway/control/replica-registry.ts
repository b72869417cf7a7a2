import type { Replica, ReplicaSource } from '../../discovery/index.ts'
import { baseUrl } from '../../discovery/index.ts'
import type { EngineName } from '../../fleet/index.ts'
import type { Logger, Metrics } from '../../observe/index.ts'
import type { EngineRoutes } from '../data-plane/known-routes.ts'
import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import { Outlier, type OutlierSettings } from '../data-plane/outlier.ts'
import { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { ConnectOptions, UpstreamClient } from '../data-plane/upstream/contract.ts'
import { HealthMonitor } from './health-monitor.ts'
import type { HealthSettings } from './health-state.ts'
import { Adapters } from './adapters/index.ts'
import { WarmUps } from './warm-up/index.ts'

/** What the registry works with. */
export interface RegistryOptions {
  readonly source: ReplicaSource
  readonly catalogue: ModelCatalogue
  readonly metrics: Metrics
  readonly logger: Logger
  /** Read anew for each replica and decision, since a reload may change them. */
  readonly health: () => HealthSettings
  readonly ejection: () => OutlierSettings & { readonly maxShare: number }
  readonly createClient: (replica: Replica) => UpstreamClient
  /** Longest wait for a connection to this model's replicas. */
  readonly connectOptionsFor: (model: string) => ConnectOptions
  /** Header fields that requests to this replica carry. */
  readonly headersFor: (replica: Replica) => readonly string[]
  /** Path that answers 2xx when a replica of this engine serves. */
  readonly readinessPath: (engine: EngineName) => string
  /** Paths that this engine answers. */
  readonly routesOf: (engine: EngineName) => EngineRoutes
  /** Told when replicas have come or gone, or their source says something else of them. */
  readonly onReplicas?: () => void
  /** Told when probes find that a replica answers, or that it does not. */
  readonly onStanding?: (handle: ReplicaHandle) => void
  /** Whether the first requests of this engine take longer than others. */
  readonly isSlowAtFirst: (engine: EngineName) => boolean
}

interface Known {
  readonly handle: ReplicaHandle
  readonly monitor: HealthMonitor
}

/** Keeps the catalogue's lists of replicas equal to what discovery says, and has each of them probed. */
export class ReplicaRegistry {
  readonly #options: RegistryOptions
  readonly #warmUps: WarmUps
  readonly #adapters: Adapters
  #known = new Map<string, Known>()
  #unsubscribe: () => void = () => {}

  constructor(options: RegistryOptions) {
    this.#options = options
    const { catalogue, metrics, logger, isSlowAtFirst } = options
    this.#warmUps = new WarmUps({
      catalogue,
      metrics,
      logger,
      isSlowAtFirst,
      handles: () => this.handles,
      onOver: (handle) => this.#standing(handle),
    })
    this.#adapters = new Adapters({ catalogue, logger, onChange: () => options.onReplicas?.() })
  }

  async start(): Promise<void> {
    const { source } = this.#options
    this.#unsubscribe = source.subscribe(() => this.#apply())
    await source.start()
    this.#apply()
  }

  /** Settles once each replica that is known now was probed and has told its adapters, or after `patienceMs`. */
  async looked(patienceMs: number): Promise<void> {
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, patienceMs)
    const probed = Promise.all([...this.#known.values()].map(({ monitor }) => monitor.looked))
    await Promise.race([probed.then(() => this.#adapters.looked()), late.promise])
    clearTimeout(timer)
  }

  /** Every replica that is known now. */
  get handles(): readonly ReplicaHandle[] {
    return [...this.#known.values()].map(({ handle }) => handle)
  }

  /** Looks again, since the models or their settings are others. */
  refresh(): void {
    this.#apply()
    this.#adapters.review(this.handles)
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#warmUps.close()
    this.#adapters.close()
    await this.#options.source.close()
    for (const { handle, monitor } of this.#known.values()) {
      monitor.close()
      handle.client.destroy()
    }
  }

  #apply(): void {
    const { source, catalogue, logger } = this.#options
    const before = this.#known
    const after = new Map<string, Known>()
    const isReadyBefore = readinessByPlace(before)
    const modelsBefore = new Set([...before.values()].map(({ handle }) => handle.replica.model))
    for (const replica of source.snapshot()) {
      if (catalogue.find(replica.model)?.name !== replica.model) {
        logger.warn({ replica: replica.id, model: replica.model }, 'a replica of a model that the Fleet does not have')
        continue
      }
      const identity = this.#identityOf(replica)
      const known = before.get(identity)
      if (known === undefined) {
        after.set(identity, this.#add(replica, isReadyBefore(), !modelsBefore.has(replica.model)))
      } else {
        const hasChanged = known.handle.replica.phase !== replica.phase
        known.handle.replica = replica
        if (hasChanged) known.monitor.hurry()
        after.set(identity, known)
      }
    }
    this.#known = after
    const { handles } = this
    for (const model of catalogue.models) model.takeReplicas(handles)
    for (const [identity, known] of before) if (!after.has(identity)) this.#retire(known)
    this.#warmUps.review()
    this.#options.onReplicas?.()
  }

  /** Same process at the same place, reached in the same way: its connections, counts and health go on. */
  #identityOf(replica: Replica): string {
    const { headersFor, connectOptionsFor } = this.#options
    const { model } = replica
    return JSON.stringify([...placeOf(replica), headersFor(replica), connectOptionsFor(model)])
  }

  /** @param isFirst whether no replica of its model is known yet: one that answers at once ran before this gateway */
  #add(replica: Replica, readiness: ReadonlyMap<string, boolean>, isFirst: boolean): Known {
    const { createClient, headersFor, metrics, logger, health, readinessPath, routesOf } = this.#options
    const labels = { model: replica.model, replica: replica.id }
    const handle: ReplicaHandle = new ReplicaHandle({
      replica,
      client: createClient(replica),
      headers: headersFor(replica),
      requestsSeries: metrics.counter('fairlead_gateway_replica_requests_total', labels),
      routes: routesOf(replica.engine),
      outlier: this.#createOutlier(replica, () => handle),
    })
    const monitor = new HealthMonitor(handle, {
      settings: health,
      isReadyAtFirst: readiness.get(JSON.stringify(placeOf(replica))) === true,
      isOldAtFirst: isFirst,
      path: readinessPath(replica.engine),
      onSilence: () => this.#standing(handle),
      onChange: (isReady, isNew) => {
        if (!isReady) this.#warmUps.forget(handle)
        else if (isNew) this.#warmUps.begin(handle)
        if (isReady) this.#adapters.begin(handle)
        else this.#adapters.forget(handle)
        this.#standing(handle)
        if (isReady) logger.info({ ...labels, address: handle.address }, 'replica is ready')
        else logger.warn({ ...labels, address: handle.address, problem: handle.lastError }, 'replica is not ready')
      },
    })
    if (handle.isReady) this.#adapters.begin(handle)
    return { handle, monitor }
  }

  /** A replica stands otherwise than before; others may be needed for it, or not any more. */
  #standing(handle: ReplicaHandle): void {
    this.#options.onStanding?.(handle)
    this.#warmUps.review()
  }

  #createOutlier({ id, model }: Replica, handle: () => ReplicaHandle): Outlier {
    const { catalogue, metrics, logger, ejection } = this.#options
    const labels = { model, replica: id }
    return new Outlier({
      settings: ejection,
      clock: () => performance.now(),
      mayEject: () => catalogue.find(model)?.mayEject(handle(), ejection().maxShare) === true,
      onChange: (ejectedForMs) => {
        this.#warmUps.review()
        if (ejectedForMs === null) {
          logger.info(labels, 'replica answers again and is no longer set aside')
          return
        }
        metrics.counter('fairlead_gateway_ejections_total', labels).add(1)
        const problem = handle().lastError
        logger.warn({ ...labels, forMs: ejectedForMs, problem }, 'replica fails its requests and is set aside')
      },
    })
  }

  /** Requests under way finish on their connections. */
  #retire({ handle, monitor }: Known): void {
    handle.isRetired = true
    this.#warmUps.forget(handle)
    this.#adapters.forget(handle)
    monitor.close()
    handle.client.close()
    const { model, id } = handle.replica
    if (this.handles.some((other) => other.id === id)) return
    const labels = { model, replica: id }
    const { metrics } = this.#options
    metrics.remove('fairlead_gateway_replica_ready', labels)
    metrics.remove('fairlead_gateway_replica_ejected', labels)
    metrics.remove('fairlead_gateway_ejections_total', labels)
    metrics.remove('fairlead_gateway_requests_in_flight', labels)
    metrics.remove('fairlead_gateway_foreign_requests', labels)
    metrics.remove('fairlead_gateway_replica_requests_total', labels)
    metrics.remove('fairlead_kv_events_batches_total', labels)
    metrics.remove('fairlead_kv_events_losses_total', labels)
  }
}

/** Which process it is, and where. */
function placeOf(replica: Replica): readonly unknown[] {
  return [replica.id, replica.model, replica.engine, baseUrl(replica.address), replica.generation]
}

/** Whether probes of what is at a place succeed; read for the first replica that is new, of which there are none in most turns. */
function readinessByPlace(known: ReadonlyMap<string, Known>): () => ReadonlyMap<string, boolean> {
  let readiness: Map<string, boolean> | undefined
  return () => {
    readiness ??= new Map(
      [...known.values()].map(({ handle }) => [
        JSON.stringify(placeOf(handle.replica)),
        handle.isReady && !handle.isWarmingUp,
      ]),
    )
    return readiness
  }
}
