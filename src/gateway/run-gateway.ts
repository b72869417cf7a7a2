import { dirname, resolve } from 'node:path'
import { readSecret, type SecretContext } from '../access/index.ts'
import {
  combineSources,
  createLocalStateSource,
  createPoolsSource,
  createStaticSource,
  type ReplicaSource,
} from '../discovery/index.ts'
import { engines } from '../engines/index.ts'
import type { Environment } from '../files/index.ts'
import { parseListenAddress, isLoopback, type EngineName, type Fleet, type ListenAddress } from '../fleet/index.ts'
import { createLogger, createMetrics, version, type Logger } from '../observe/index.ts'
import type { PoolScaling } from '../observe/report/index.ts'
import type { ClientFront } from './control/client-front.ts'
import { collectMetrics } from './control/collect-metrics.ts'
import { collectStart, compileSooner } from './control/after-start.ts'
import { EngineLoadMonitor } from './control/engine-load-monitor.ts'
import { authorityOf } from './control/authority.ts'
import {
  defaultAdminAddress,
  isAdminMeantOpen,
  overrideAddress,
  refuseOpenExposure,
  type ListenOverride,
} from './control/listen-address.ts'
import { openListener } from './control/open-listener.ts'
import { ownFront } from './control/own-front.ts'
import { isShared } from './control/shared-replicas.ts'
import { accessLogOf, settingsOf } from './control/plane-settings.ts'
import { startReloading, type Reloader } from './control/reload.ts'
import { ReplicaRegistry } from './control/replica-registry.ts'
import {
  fieldsForNextStart,
  readServingConfig,
  rereadServingConfig,
  type ServingConfig,
} from './control/serving-config.ts'
import { ExactModels } from './exact/index.ts'
import { ExactReaders } from './exact/exact-readers.ts'
import { subscribeKvEvents } from './kv-events/index.ts'
import { DeadlineWheel } from './data-plane/deadline-wheel.ts'
import { ActiveExchanges } from './data-plane/active-exchanges.ts'
import type { DataPlane } from './data-plane/data-plane.ts'
import { createIngress } from './data-plane/ingress.ts'
import { LearnedSizes } from '../scheduling/index.ts'
import { ModelCatalogue } from './data-plane/model-catalogue.ts'
import { RecentRequests } from './data-plane/recent-requests.ts'
import { RouteTable } from './data-plane/route.ts'
import type { ConnectOptions } from './data-plane/upstream/contract.ts'
import { createUpstream } from './data-plane/upstream/create-upstream.ts'
import { isScaled } from './data-plane/waking.ts'
import { WaitingRoom } from './data-plane/waiting/waiting-room.ts'
import { engineRoutes } from './routes/engine-routes.ts'
import { adminRoutes, clientRoutes, type LocalRouteContext } from './routes/local-routes.ts'
import { ModelPlaces } from './threads/model-places.ts'
import { WorkerPool } from './threads/worker-pool.ts'

/** An engine without data may speak any dialect: the gateway finds out by asking. */
const unknownEngineRoutes = {
  routes: [],
  possibleRoutes: ['/v1/responses', '/v1/messages', '/v1/messages/count_tokens'],
}

const routesOf = (engine: EngineName) => engines.find(({ name }) => name === engine) ?? unknownEngineRoutes

/** It listens after this time, whether it knows by then which replicas answer or not. */
const firstLookMs = 1_000
/** And counts as ready after this time: an engine that does not answer by then keeps nobody from the others. */
const readyAtLatestMs = 10_000

/** What a gateway is started with. */
export interface GatewayOptions {
  readonly fleet: Fleet
  /**
   * File that the Fleet came from: it is followed, and changes take force. Relative paths within it start from its
   * folder, else from the working folder.
   */
  readonly fleetFile?: string
  /** `state.json` of the supervisor, where replicas of this machine are found. */
  readonly statePath?: string
  /** Pools file: where replicas are that somebody else starts. It is followed. */
  readonly poolsPath?: string | undefined
  /** Replaces parts of `gateway.listen`. */
  readonly listen?: ListenOverride
  /** Replaces parts of `gateway.admin`. */
  readonly admin?: ListenOverride
  /** Whether whoever reaches the admin listener may administer without a key, wherever it listens. */
  readonly isAdminOpen?: boolean | undefined
  /** Folder of mounted Kubernetes Secrets; FAIRLEAD_SECRETS_FOLDER when absent. */
  readonly secretsFolder?: string | undefined
  /** Replaces `gateway.workers`. */
  readonly workers?: number | undefined
  readonly environment: Environment
  /** Drains and closes the gateway. */
  readonly signal?: AbortSignal
  readonly logger?: Logger
  /** Whether the process is there for it alone: metrics tell of its memory, CPU and event loop, and V8 is told when it has started. */
  readonly ownProcess?: boolean
  /** Where replicas are, for tests; from the Fleet and the state file when absent. */
  readonly source?: ReplicaSource
  /** Follows an engine's KV events, for tests; over ZeroMQ when absent. */
  readonly subscribeKvEvents?: typeof subscribeKvEvents
}

/** A gateway that listens. */
export interface RunningGateway {
  readonly address: ListenAddress
  readonly adminAddress: ListenAddress
  /**
   * Says at /readyz that it stops, takes no new connection after `gateway.drain.settle`, lets requests finish until
   * `gateway.drain.timeout`, ends the rest honestly, then closes.
   * A second call waits for the first.
   */
  drain(): Promise<void>
  /** Reads the Fleet file and keys anew, as it does when they change; whether what they say is in force. */
  reload(): Promise<boolean>
  /** Ends every request at once and frees everything. */
  close(): Promise<void>
  /** Settles once it is closed, by whomever. */
  readonly closed: Promise<void>
}

/**
 * Starts a gateway for a Fleet; resolves once both listeners accept connections.
 * @throws UserError for keys that cannot be read, an address that must not be open, or a port that is taken.
 */
export async function runGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { fleet, environment } = options
  const logger = options.logger ?? createLogger({ name: 'gateway' })
  const secrets: SecretContext = {
    environment,
    baseFolder: options.fleetFile === undefined ? process.cwd() : dirname(resolve(options.fleetFile)),
    secretsFolder: options.secretsFolder,
  }

  const listen = overrideAddress(parseListenAddress(fleet.gateway.listen), options.listen)
  const adminDefault =
    fleet.gateway.admin === undefined ? defaultAdminAddress(listen) : parseListenAddress(fleet.gateway.admin)
  const admin = overrideAddress(adminDefault, options.admin)
  let config = await readServingConfig(fleet, secrets)
  const exposure = { hasKeys: (config.keys?.size ?? 0) > 0, anonymous: fleet.access.anonymous }
  refuseOpenExposure(listen, 'gateway.listen', exposure)
  const isAdminOpen = isAdminMeantOpen(options.isAdminOpen, environment)
  refuseOpenExposure(admin, 'gateway.admin', { ...exposure, isAdminOpen })

  const metrics = createMetrics({ process: options.ownProcess === true })
  const workers = countWorkers(options.workers ?? fleet.gateway.workers, logger)
  const places = workers > 1 ? new ModelPlaces() : null
  const catalogue = new ModelCatalogue(fleet, metrics, {
    roomFor: (model) => new WaitingRoom(model, model.name, metrics, places?.figuresOf(model.name)),
    sizesOf: (model) => places?.sizesOf(model) ?? new LearnedSizes(),
  })
  const tooLarge = metrics.counter('fairlead_gateway_body_too_large_total', {})
  const plane: DataPlane = {
    catalogue,
    wheel: new DeadlineWheel(),
    settings: settingsOf(config),
    accessLog: accessLogOf(config, logger),
    recent: new RecentRequests(),
    exchanges: new ActiveExchanges(),
    isDraining: false,
    onBodyTooLarge: () => tooLarge.add(1),
    onFault: (error, requestId) => logger.error({ err: error, requestId }, 'a request failed inside the gateway'),
  }
  const discovery = discover(options, secrets, logger)
  const connectOptionsFor = (model: string): ConnectOptions => {
    const tls = config.upstreamTls.get(model)
    const connectTimeoutMs = catalogue.find(model)?.model.deadlines.connect ?? 0
    return { connectTimeoutMs, ...(tls === undefined ? {} : { tls }) }
  }
  let pool: WorkerPool | undefined
  const readers = new ExactReaders(catalogue, logger)
  const exact = new ExactModels({
    fleet,
    files: secrets,
    logger,
    subscribe: options.subscribeKvEvents ?? subscribeKvEvents,
    onChange: () => (pool === undefined ? void readers.apply(exact.serving) : pool.exactChanged()),
  })
  const registry: ReplicaRegistry = new ReplicaRegistry({
    source: discovery.source,
    catalogue,
    metrics,
    logger,
    health: () => config.fleet.gateway.health,
    ejection: () => config.fleet.gateway.ejection,
    connectOptionsFor,
    createClient: ({ address, model }) => createUpstream(address, connectOptionsFor(model)),
    headersFor: ({ model, headers }) => headers ?? config.upstreamHeaders.get(model) ?? [],
    routesOf,
    onReplicas: () => {
      exact.sync(registry.handles)
      pool?.refresh()
    },
    onStanding: (handle) => {
      exact.sync(registry.handles)
      pool?.publish(handle)
    },
    isSlowAtFirst: (engine) => engines.find(({ name }) => name === engine)?.isSlowAtFirst === true,
    readinessPath: (engine) => engines.find(({ name }) => name === engine)?.readinessPath ?? '/health',
  })
  /** New requests get what it says; those under way keep what they began with. */
  const apply = async (next: ServingConfig): Promise<void> => {
    discovery.replace(next.fleet)
    config = next
    plane.settings = settingsOf(next)
    plane.accessLog = accessLogOf(next, logger)
    catalogue.replace(next.fleet)
    registry.refresh()
    exact.replace(next.fleet)
    await front.apply(next)
  }
  const loads = new EngineLoadMonitor({
    replicas: () => registry.handles,
    sourceOf({ replica }) {
      const model = catalogue.find(replica.model)?.model
      const engine = engines.find(({ name }) => name === replica.engine)
      if (model === undefined || engine === undefined) return null
      // Of external models only those are asked that say by what they are scaled, that others ask too, or that requests wait
      // for by it: the rest are services of somebody else.
      const { routing, flow } = model
      const isNamed = isScaled(model) || routing.sharedReplicas === true || flow.saturation
      const isAsked = replica.engine !== 'external' || isNamed
      if (!isAsked) return null
      return { path: engine.metricsPath, parse: (text) => engine.parseLoad(text) }
    },
    isScaled({ replica }) {
      const model = catalogue.find(replica.model)?.model
      return model !== undefined && isScaled(model)
    },
    isShared({ replica }) {
      const served = catalogue.find(replica.model)
      return served !== undefined && isShared(served.model, config.fleet.gateway.replicas) && served.hasChoice
    },
    isHeeded: ({ replica }) => catalogue.find(replica.model)?.model.flow.saturation === true,
    isCacheWeighed: ({ replica }) => catalogue.find(replica.model)?.weighsCaches === true,
    onChange: (handle) => pool?.publish(handle),
  })
  const startedAt = new Date()
  const isAdminKeyed = !isLoopback(admin.host) && !isAdminOpen
  if (places !== null) {
    pool = new WorkerPool({
      workers,
      config,
      metrics,
      logger,
      replicas: () => registry.handles,
      catalogue,
      exact: () => exact.serving,
      places,
      reachedBy: ({ replica }) => {
        const { routes, possibleRoutes = [] } = routesOf(replica.engine)
        return { connect: connectOptionsFor(replica.model), routes: { routes, possibleRoutes } }
      },
      common: { version, fleetName: fleet.name, startedAt: startedAt.getTime(), isAdminKeyed },
    })
  }
  let isLooking = true
  const context: LocalRouteContext = {
    fleetName: fleet.name,
    version,
    catalogue,
    metrics,
    replicas: () => {
      pool?.collect()
      return registry.handles
    },
    isDraining: () => plane.isDraining,
    isLooking: () => isLooking,
    exact: () => exact.reports,
    findRequests: (id) => pool?.findRequests(id) ?? plane.recent.find(id),
    lookAtEngines: () => loads.look(),
    startedAt,
    isAdminKeyed,
  }
  collectMetrics(metrics, { ...context, scaling: () => discovery.scaling })

  const routes = new RouteTable([...engineRoutes, ...clientRoutes(context)])
  const front: ClientFront = pool ?? ownFront(createIngress({ plane, routes, isForClients: true }), plane)
  const adminTable = new RouteTable(adminRoutes(context))
  const adminServer = createIngress({ plane, routes: adminTable, isForClients: false })
  const closed = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  let draining: Promise<void> | undefined
  let reloader: Reloader | undefined

  const close = (): Promise<void> => {
    closing ??= (async () => {
      plane.isDraining = true
      for (const exchange of plane.exchanges) exchange.abandon()
      await front.close()
      adminServer.close()
      adminServer.closeAllConnections()
      plane.wheel.close()
      reloader?.close()
      loads.close()
      await exact.close()
      await registry.close()
      logger.info('gateway is closed')
      logger.flush()
      closed.resolve()
    })()
    return closing
  }
  const drain = (): Promise<void> => {
    draining ??= (async () => {
      plane.isDraining = true
      logger.info({ requests: front.requests }, 'gateway is draining')
      await front.drain(config.fleet.gateway.drain)
      await close()
    })()
    return draining
  }

  try {
    await registry.start()
    void registry.looked(readyAtLatestMs).finally(() => {
      isLooking = false
    })
    // Balancers that only learn from refused connections come back as soon as it listens.
    await registry.looked(firstLookMs)
    const address = await front.listen(listen)
    const adminAddress = await openListener(adminServer, admin, { field: 'gateway.admin', option: '--admin-port' })
    const { fleetFile } = options
    if (fleetFile !== undefined) {
      const kept = { fleet, fleetFile, secrets, listen: address, admin: adminAddress, isAdminOpen }
      const read = () => rereadServingConfig(kept)
      reloader = await startReloading({
        fleetFile,
        first: config,
        read,
        apply,
        laterFields: (first, next) => fieldsForNextStart(first.fleet, next.fleet),
        metrics,
        logger,
      })
    }
    if (options.ownProcess === true) {
      compileSooner()
      collectStart()
    }
    options.signal?.addEventListener('abort', () => void drain(), { once: true })
    if (options.signal?.aborted === true) void drain()
    logger.info(
      { listen: authorityOf(address), admin: authorityOf(adminAddress), models: catalogue.names, workers },
      'gateway is listening',
    )
    const reload = async () => (await reloader?.reload()) ?? false
    return { address, adminAddress, drain, reload, close, closed: closed.promise }
  } catch (error) {
    await close()
    throw error
  }
}

/** Systems whose kernel spreads the connections of one port over several listeners. */
const sharedPortSystems: ReadonlySet<NodeJS.Platform> = new Set(['linux', 'freebsd'])

function countWorkers(wanted: number, logger: Logger): number {
  if (wanted === 1 || sharedPortSystems.has(process.platform)) return wanted
  logger.warn({ wanted }, `${process.platform} cannot share a port among threads: one thread serves clients`)
  return 1
}

/** Where replicas are; `replace` takes the addresses of another Fleet in place of the first one's. */
function discover(
  { fleet, statePath, poolsPath, source, environment }: GatewayOptions,
  secrets: SecretContext,
  logger: Logger,
): {
  readonly source: ReplicaSource
  readonly replace: (fleet: Fleet) => void
  readonly scaling: readonly PoolScaling[]
} {
  let named = createStaticSource(fleet)
  let scaling: readonly PoolScaling[] = []
  const sources: ReplicaSource[] = [{ ...named, snapshot: () => named.snapshot() }]
  if (statePath !== undefined) {
    const onError = (problem: string) => logger.warn({ statePath, problem }, 'the state file cannot be read')
    const onScaling = (told: readonly PoolScaling[]) => (scaling = told)
    sources.push(createLocalStateSource({ path: statePath, onError, onScaling }))
  }
  if (poolsPath !== undefined) {
    sources.push(
      createPoolsSource({
        path: poolsPath,
        readKey: (reference, field) => readSecret(reference, field, secrets),
        onError: (problem) =>
          logger.warn({ poolsPath, problem }, 'the pools file cannot be used; the one before stays'),
        onProblem: (host, problem) =>
          problem === null
            ? logger.info({ host }, 'the host name can be looked up again')
            : logger.warn({ host, problem }, 'the host name cannot be looked up; its last addresses stay'),
        connect: async () => (await import('../kubernetes/index.ts')).connectToCluster({}, environment),
        onClusterProblem: (what, problem) =>
          problem === null
            ? logger.info({ what }, 'the cluster can be followed again')
            : logger.warn({ what, problem }, 'the cluster cannot be followed; what is known of it stays'),
      }),
    )
  }
  return {
    source: source ?? combineSources(sources),
    replace: (next) => (named = createStaticSource(next)),
    get scaling() {
      return scaling
    },
  }
}
