import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Environment } from '../files/index.ts'
import type { ClusterClient } from '../kubernetes/index.ts'
import type { Logger } from '../observe/index.ts'
import { clusterTargetNames, type ClusterTargetName } from '../targets/index.ts'
import { systemClock, type Clock } from './clock.ts'
import { controllerName } from './controller-name.ts'
import { lead } from './lead.ts'
import { LeaderElection, leaseStore, type ElectionTimes } from './leader/index.ts'
import { createControllerMetrics } from './metrics.ts'
import { serveStatus } from './serving/index.ts'

/** How a controller is run. */
export interface ControllerOptions {
  /** Connects to the cluster, in a namespace of its own choice or a given one. */
  readonly connect: (namespace?: string) => Promise<ClusterClient>
  /** The only namespace whose Fleets are reconciled; all when absent. */
  readonly namespace?: string | undefined
  /** Targets that Fleets may run on: only their kinds are followed, and only to them there are rights. All when absent. */
  readonly targets?: readonly ClusterTargetName[] | undefined
  /** Where the Lease is; the connection’s own when absent. */
  readonly leaseNamespace?: string | undefined
  readonly leaseName?: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Fleets that are worked on at a time. */
  readonly workers: number
  readonly offline: boolean
  /** Folder with files `<namespace>.<name>`, each with the key of a Fleet by which its gateways tell their load. */
  readonly loadKeys?: string | undefined
  readonly environment: Environment
  readonly logger: Logger
  readonly clock?: Clock
  readonly times?: ElectionTimes
  /** Ends it in order: what is under way is cut off, the Lease is let go. */
  readonly signal: AbortSignal
  /** Called once it listens. */
  readonly onListening?: (port: number) => void
}

/** Takes part in the election of a leader and reconciles Fleets while it leads, until the signal fires. */
export async function runController(options: ControllerOptions): Promise<void> {
  const { connect, logger, signal, clock = systemClock, leaseName = controllerName } = options
  const identity = `${hostname()}_${randomUUID()}`
  const metrics = createControllerMetrics()
  // The Lease is renewed over a connection of its own: that of a term is closed with it.
  const client = await connect(options.leaseNamespace)
  const store = leaseStore(client, options.leaseNamespace ?? client.namespace, leaseName)
  const election = new LeaderElection({
    store,
    identity,
    clock,
    ...(options.times === undefined ? {} : { times: options.times }),
    onError: (error) => logger.warn({ err: error }, 'the Lease could not be read or written'),
  })
  let isSynced = false
  const source = {
    isAlive: () => election.isAlive,
    isReady: () => election.isAlive && (!election.isLeader || isSynced),
    metrics,
  }
  const server = await serveStatus(source, options.host, options.port)
  options.onListening?.(server.port)
  metrics.leading.set(0)
  try {
    while (!signal.aborted) {
      try {
        await election.run(signal, async (term) => {
          logger.info({ identity, term: term.number }, 'leads')
          metrics.leading.set(1)
          try {
            await lead(term, {
              ...options,
              identity,
              clock,
              metrics,
              onSynced: () => (isSynced = true),
              namespace: options.namespace,
              targets: options.targets ?? clusterTargetNames,
              loadKeys: options.loadKeys,
            })
          } finally {
            isSynced = false
            metrics.leading.set(0)
            logger.info({ identity, term: term.number }, 'leads no more')
          }
        })
      } catch (error) {
        logger.error({ err: error }, 'the term broke')
        await clock.wait(1_000, signal)
      }
    }
  } finally {
    await server.close()
    await client.close()
  }
}
