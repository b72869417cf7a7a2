import type { Environment } from '../files/index.ts'
import type { ClusterClient } from '../kubernetes/index.ts'
import type { Logger } from '../observe/index.ts'
import { findTarget } from '../operate/index.ts'
import type { ClusterTargetName, Target } from '../targets/index.ts'
import type { Clock } from './clock.ts'
import { EventRecorder } from './events/index.ts'
import { fencedClient, namespacedClient, type Term } from './leader/index.ts'
import type { ControllerMetrics } from './metrics.ts'
import { WorkQueue, type TakenWork } from './queue/index.ts'
import { Reconciler, type Need } from './reconcile/index.ts'
import { isCutOff } from './reconcile/outcome-of-error.ts'
import { FleetScalers } from './scaling/index.ts'
import { followFleets } from './watching/index.ts'

/** What leading needs. */
export interface LeadParts {
  /** Connects anew for each term, with the namespace of what is not said; what it gives ends with the term. */
  readonly connect: (namespace?: string) => Promise<ClusterClient>
  /** The only namespace whose Fleets are reconciled; all when absent. */
  readonly namespace: string | undefined
  /** Targets that Fleets may run on. */
  readonly targets: readonly ClusterTargetName[]
  readonly identity: string
  readonly clock: Clock
  readonly environment: Environment
  readonly offline: boolean
  /** Folder with the keys of Fleets by which gateways tell their load; none when absent. */
  readonly loadKeys: string | undefined
  /** Fleets at a time. */
  readonly workers: number
  readonly logger: Logger
  readonly metrics: ControllerMetrics
  /** Every Fleet is known. */
  readonly onSynced: () => void
}

/** Reconciles Fleets for as long as a term lasts. Nothing is under way any more when it has ended. */
export async function lead(term: Term, parts: LeadParts): Promise<void> {
  const { logger, metrics, clock } = parts
  const clients = new TermClients(parts.connect, term)
  const queue = new WorkQueue<Need>(clock)
  const client = await clients.in(undefined)
  const following = followFleets({
    client,
    namespace: parts.namespace,
    targets: parts.targets,
    onNeed: (key, need) => queue.add(key, need),
    onProblem: (kind, problem) => {
      if (problem === null) return logger.info({ kind }, 'followed again')
      // A cluster without KEDA, say, has no objects of it.
      if ('reason' in problem && problem.reason === 'no-such-kind') return
      metrics.watchProblems.inc()
      logger.warn({ kind, err: problem }, 'cannot be followed')
    },
  })
  metrics.fleets.remove()
  void following.synced.then(parts.onSynced)
  const events = new EventRecorder(client, clock, parts.identity, (error) => logger.warn({ err: error }, 'no event'))
  const scalers = new FleetScalers({
    clientIn: async (namespace) => namespacedClient(await clients.in(namespace), namespace),
    clock,
    events,
    metrics,
    logger,
    loadKeys: parts.loadKeys,
    signal: term.signal,
    onState: (key) => queue.add(key, 'status'),
  })
  const reconciler = new Reconciler({
    client,
    targetIn: (target, namespace) => clients.targetIn(target, namespace, parts.environment),
    targets: parts.targets,
    clock,
    events,
    scalers,
    environment: parts.environment,
    offline: parts.offline,
    onFault: (error, fleet) => logger.error({ err: error, fleet }, 'a fault of the controller'),
    onRepair: (objects) => metrics.repaired.inc(objects),
  })
  const gauges = setInterval(() => {
    metrics.queued.set(queue.length)
    metrics.fleets.set(following.fleets)
  }, 1_000)
  try {
    await Promise.all(Array.from({ length: parts.workers }, () => work(queue, reconciler, term, parts)))
  } finally {
    clearInterval(gauges)
    metrics.queued.set(0)
    metrics.fleets.set(0)
    // What is under way on the network is ended first, so that nothing is written after the Lease is let go.
    await clients.close()
    await scalers.close()
    await following.close()
  }
}

async function work(queue: WorkQueue<Need>, reconciler: Reconciler, term: Term, parts: LeadParts): Promise<void> {
  for (;;) {
    const taken = await queue.take(term.signal)
    if (taken === undefined) return
    await workOn(taken, reconciler, term, parts)
  }
}

async function workOn(taken: TakenWork<Need>, reconciler: Reconciler, term: Term, parts: LeadParts): Promise<void> {
  const { metrics, logger, clock } = parts
  const began = clock.now()
  metrics.queueWait.observe(taken.waitedMs / 1000)
  let result = 'failed'
  try {
    const reconciled = await reconciler.reconcile(taken.key, taken.needs, term.signal)
    const { againAfterMs } = reconciled
    ;({ result } = reconciled)
    if (result !== 'failed') taken.done(againAfterMs, (againAfterMs ?? 0) > 60_000 ? 'apply' : 'status')
  } catch (error) {
    if (term.signal.aborted && isCutOff(error)) result = 'cut_off'
    else logger.warn({ err: error, fleet: taken.key }, 'could not be looked at')
  }
  metrics.reconciliations.inc({ reason: result })
  metrics.duration.observe((clock.now() - began) / 1000)
  if (result === 'failed' || result === 'cut_off') {
    metrics.retries.inc()
    const againMs = taken.failed()
    logger.info({ fleet: taken.key, failures: taken.failures + 1, againMs: Math.round(againMs) }, 'will be tried again')
  } else logger.debug({ fleet: taken.key, result }, 'looked at')
}

/** The connections of a term: one for each namespace, all ended with it. */
class TermClients {
  readonly #connect: LeadParts['connect']
  readonly #term: Term
  readonly #clients = new Map<string, Promise<ClusterClient>>()
  readonly #targets = new Map<string, Promise<Target>>()

  constructor(connect: LeadParts['connect'], term: Term) {
    this.#connect = connect
    this.#term = term
    term.over.addEventListener('abort', () => void this.close(), { once: true })
  }

  in(namespace: string | undefined): Promise<ClusterClient> {
    const known = this.#clients.get(namespace ?? '')
    if (known !== undefined) return known
    const connecting = this.#connect(namespace).then((client) => fencedClient(client, this.#term))
    this.#clients.set(namespace ?? '', connecting)
    connecting.catch(() => this.#clients.delete(namespace ?? ''))
    return connecting
  }

  targetIn(name: string, namespace: string, environment: Environment): Promise<Target> {
    const key = `${name} ${namespace}`
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    const target = findTarget(name, {
      environment,
      namespace,
      connect: async () => namespacedClient(await this.in(namespace), namespace),
    })
    this.#targets.set(key, target)
    return target
  }

  async close(): Promise<void> {
    const clients = [...this.#clients.values()]
    await Promise.all(clients.map(async (client) => (await client.catch(() => undefined))?.close()))
  }
}
