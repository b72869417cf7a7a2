import type { Environment } from '../../files/index.ts'
import { ClusterError, explainClusterError, type ClusterClient } from '../../kubernetes/index.ts'
import type { Target } from '../contract.ts'
import type { ClusterTargetName } from './target-names.ts'

/** What a target on Kubernetes is made of; tests hand in others. */
export interface ClusterTargetParts {
  /** Connects; asked for once, when the first verb needs it. */
  readonly connect: () => Promise<ClusterClient>
}

/** A connection that is made when it is first wanted, and words for what it fails with. */
class Connection {
  readonly #connect: () => Promise<ClusterClient>
  #connecting: Promise<ClusterClient> | undefined

  constructor(connect: () => Promise<ClusterClient>) {
    this.#connect = connect
  }

  async do<Result>(work: (client: ClusterClient) => Promise<Result>): Promise<Result> {
    const client = await this.#open()
    try {
      return await work(client)
    } catch (error) {
      throw inWords(error, client)
    }
  }

  async *each<Item>(work: (client: ClusterClient) => Promise<AsyncIterable<Item>>): AsyncGenerator<Item> {
    const client = await this.#open()
    try {
      yield* await work(client)
    } catch (error) {
      throw inWords(error, client)
    }
  }

  async close(): Promise<void> {
    const client = await this.#connecting?.catch(() => undefined)
    await client?.close()
  }

  #open(): Promise<ClusterClient> {
    this.#connecting ??= this.#connect()
    return this.#connecting
  }
}

const inWords = (error: unknown, client: ClusterClient): unknown =>
  error instanceof ClusterError ? explainClusterError(error, client) : error

const loadChanges = () => import('./changes.ts')

/**
 * A target over the API server of a cluster. What a verb is made of is loaded when it is asked for: to look at a Fleet takes half
 * of the modules that applying one takes, and most commands only look.
 */
export function createClusterTarget(name: ClusterTargetName, { connect }: ClusterTargetParts): Target {
  const cluster = new Connection(connect)
  return {
    name,
    plan: (source) => cluster.do(async (client) => (await loadChanges()).planSource(client, name, source)),
    secrets: (source) => cluster.do(async (client) => (await loadChanges()).secretsOfSource(client, name, source)),
    setSecret: (source, request, context) =>
      cluster.do(async (client) => (await loadChanges()).setSecretOfSource(client, name, source, request, context)),
    apply: (source, context) =>
      cluster.do(async (client) => (await loadChanges()).applySource(client, name, source, context)),
    status: (fleet, environment) =>
      cluster.do(async (client) =>
        (await import('./looking/read-status.ts')).readStatus(client, fleet, name, environment),
      ),
    list: () => cluster.do(async (client) => (await import('./fleets/find-fleet.ts')).listFleets(client, name)),
    logs: (fleet, _environment: Environment, query) =>
      cluster.each(async (client) => (await import('./looking/logs.ts')).readLogs(client, fleet, query)),
    events: (fleet, _environment: Environment, query) =>
      cluster.each(async (client) => (await import('./looking/events.ts')).readEvents(client, fleet, query)),
    exec: (fleet, _environment: Environment, request) =>
      cluster.do(async (client) => (await import('./looking/exec.ts')).execInFleet(client, fleet, request)),
    debug: (fleet, _environment: Environment, request) =>
      cluster.do(async (client) => (await import('./looking/debug.ts')).debugInFleet(client, fleet, request)),
    evidence: (fleet, environment) =>
      cluster.do(async (client) => (await import('./looking/evidence.ts')).readEvidence(client, fleet, environment)),
    scale: (fleet, request) =>
      cluster.do(async (client) => (await import('./changing/scale.ts')).scaleFleet(client, fleet, request)),
    scaling: (fleet) =>
      cluster.do(async (client) => (await import('./looking/read-scaling.ts')).readScaling(client, fleet)),
    restart: (fleet, request, context) =>
      cluster.do(async (client) =>
        (await import('./changing/restart.ts')).restartFleet(client, fleet, request, context),
      ),
    rollout: (fleet, request, context) =>
      cluster.do(async (client) => (await loadChanges()).rolloutFleet(client, fleet, name, request, context)),
    revisions: (fleet) =>
      cluster.do(async (client) => (await import('./changing/rollback.ts')).revisionsOf(client, fleet)),
    rollback: (fleet, { revision }, context) =>
      cluster.do(async (client) => (await loadChanges()).rollbackFleet(client, fleet, name, revision, context)),
    delete: (fleet, options, context) =>
      cluster.do(async (client) =>
        (await import('./changing/delete-fleet.ts')).deleteFleet(client, fleet, options, context),
      ),
    portForward: (fleet, _environment: Environment, request) =>
      cluster.do(async (client) => (await import('./looking/port-forward.ts')).forwardPort(client, fleet, request)),
    close: () => cluster.close(),
  }
}
