import type { Environment } from '../../files/index.ts'
import { ClusterError, explainClusterError, type ClusterClient } from '../../kubernetes/index.ts'
import {
  planOf,
  type ApplyContext,
  type FleetSource,
  type RolloutRequest,
  type RolloutStatus,
  type Target,
} from '../contract.ts'
import { planState, requireRendered, type DesiredState } from './applying/apply-fleet.ts'
import { bringUp } from './applying/bring-up.ts'
import { deleteFleet } from './changing/delete-fleet.ts'
import { restartFleet } from './changing/restart.ts'
import { earlierState, revisionsOf } from './changing/rollback.ts'
import { pauseRollout, promoteError, startRollout } from './changing/rollout.ts'
import { rolloutStatus } from './changing/rollout-status.ts'
import { scaleFleet } from './changing/scale.ts'
import { changeCanary } from './canary/change.ts'
import { isTried } from './canary/record.ts'
import { startCanary } from './canary/start.ts'
import { listFleets, requireFleet } from './fleets/find-fleet.ts'
import { readEvents } from './looking/events.ts'
import { readLogs } from './looking/logs.ts'
import { readScaling } from './looking/read-scaling.ts'
import { forwardPort } from './looking/port-forward.ts'
import { readStatus } from './looking/read-status.ts'

/** The targets whose Fleets are objects of an API server. */
export const clusterTargetNames = ['kubernetes', 'kserve', 'llmd'] as const
/** One of them. */
export type ClusterTargetName = (typeof clusterTargetNames)[number]

/** What a target on Kubernetes is made of; tests hand in others. */
export interface ClusterTargetParts {
  /** Connects; asked for once, when the first verb needs it. */
  readonly connect: () => Promise<ClusterClient>
}

/** What a source is to become in a cluster: its objects, in the Fleet’s namespace. */
function desiredState(target: ClusterTargetName, source: FleetSource): DesiredState {
  const rendered = requireRendered(source)
  const objects = rendered.artifacts.flatMap((artifact) => (artifact.kind === 'object' ? [artifact.object] : []))
  return { target, fleet: source.fleet, namespace: source.fleet.targets[target].namespace, objects, rendered }
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

  async *each<Item>(work: (client: ClusterClient) => AsyncIterable<Item>): AsyncGenerator<Item> {
    const client = await this.#open()
    try {
      yield* work(client)
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

/** A target over the API server of a cluster. */
export function createClusterTarget(name: ClusterTargetName, { connect }: ClusterTargetParts): Target {
  const cluster = new Connection(connect)
  const never = new AbortController().signal
  return {
    name,
    async plan(source) {
      const { actions } = await cluster.do((client) => planState(client, desiredState(name, source), { signal: never }))
      return planOf(actions)
    },
    async apply(source, context) {
      await cluster.do((client) => bringUp(client, desiredState(name, source), name, context))
    },
    status: (fleet, environment) => cluster.do((client) => readStatus(client, fleet, name, environment)),
    list: () => cluster.do((client) => listFleets(client, name)),
    logs: (fleet, _environment: Environment, query) => cluster.each((client) => readLogs(client, fleet, query)),
    events: (fleet, _environment: Environment, query) => cluster.each((client) => readEvents(client, fleet, query)),
    scale: (fleet, request) => cluster.do((client) => scaleFleet(client, fleet, request)),
    scaling: (fleet) => cluster.do((client) => readScaling(client, fleet)),
    restart: (fleet, request, context) => cluster.do((client) => restartFleet(client, fleet, request, context)),
    rollout: (fleet, request, context) => cluster.do((client) => rollout(client, fleet, name, request, context)),
    revisions: (fleet) => cluster.do((client) => revisionsOf(client, fleet)),
    rollback: (fleet, { revision }, context) =>
      cluster.do(async (client) => {
        const earlier = await earlierState(client, fleet, name, revision)
        const reason = context.options?.reason ?? `back to revision ${earlier.revision.number}`
        await bringUp(client, earlier.desired, name, {
          ...context,
          options: { fetch: false, parallel: Infinity, ...context.options, reason },
        })
        return earlier.revision
      }),
    delete: (fleet, options, context) => cluster.do((client) => deleteFleet(client, fleet, options, context)),
    portForward: (fleet, _environment: Environment, request) =>
      cluster.do((client) => forwardPort(client, fleet, request)),
    close: () => cluster.close(),
  }
}

async function rollout(
  client: ClusterClient,
  fleet: string,
  target: ClusterTargetName,
  request: RolloutRequest,
  context: ApplyContext,
): Promise<readonly RolloutStatus[]> {
  if (request.action === 'start') {
    const desired = desiredState(target, request.source)
    if (request.canary === undefined) return startRollout(client, desired, target, context)
    return startCanary(client, desired, request.canary, context)
  }
  if (request.action === 'status') return rolloutStatus(client, fleet, request.model)
  const found = await requireFleet(client, fleet)
  if (isTried(found.inventory)) return changeCanary(client, found, target, request.action, context)
  switch (request.action) {
    case 'pause':
    case 'resume':
      return pauseRollout(client, fleet, request.model, request.action === 'pause')
    case 'promote':
      throw promoteError(fleet)
    case 'abort': {
      const { desired } = await earlierState(client, fleet, target, undefined)
      const options = { ...context.options, reason: 'the update was aborted', forceConflicts: true }
      await bringUp(client, desired, target, { ...context, options })
      return rolloutStatus(client, fleet, request.model)
    }
  }
}
