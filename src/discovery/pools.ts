import { UserError } from '../errors/index.ts'
import type { SecretReference } from '../fleet/index.ts'
import { baseUrl, type Replica, type ReplicaSource } from './contract.ts'
import { ClusterViews, type ClusterOptions } from './cluster-views.ts'
import { createDnsSource, type DnsOptions } from './dns.ts'
import { createEndpointSlicesSource } from './endpoint-slices.ts'
import { fixedSource } from './fixed-source.ts'
import { followFile } from './follow-file.ts'
import { createInferencePoolSource } from './inference-pool.ts'
import { replicaAt, type Pool } from './pool.ts'
import { poolsFileLimitBytes, readPools } from './pools-file.ts'

/** How a pools file is followed. */
export interface PoolsOptions extends DnsOptions, Partial<ClusterOptions> {
  readonly path: string
  /**
   * Reads the key of a pool. `field` is its path in the pools file, for errors.
   * @throws UserError for one that cannot be read
   */
  readonly readKey?: (reference: SecretReference, field: string) => Promise<string>
  /** Told when a changed file cannot be read or understood, once for each new message. */
  readonly onError?: (message: string) => void
}

/**
 * The replicas of a pools file, which is followed. It must be right at the start; a change that is not leaves in force
 * what was, and pools that stay in the file keep what is known of them.
 * `start` throws UserError for a file that cannot be used, and what the system says of one that cannot be read.
 */
export function createPoolsSource({
  path,
  readKey,
  onError,
  connect,
  onClusterProblem,
  clock,
  ...dns
}: PoolsOptions): ReplicaSource {
  const views = new ClusterViews({
    connect: connect ?? (() => Promise.reject(new Error('This gateway has no cluster.'))),
    ...(onClusterProblem === undefined ? {} : { onClusterProblem }),
    ...(clock === undefined ? {} : { clock }),
  })
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  /** By what the file says of each. */
  let sources = new Map<string, ReplicaSource>()
  let isStarted = false
  let isClosed = false

  /** New pools are looked up before they take the place of others, so that no moment is without replicas. */
  const take = async (text: string): Promise<void> => {
    const next = new Map<string, ReplicaSource>()
    for (const pool of await withKeys(readPools(text, path), readKey)) {
      const key = JSON.stringify(pool)
      next.set(key, next.get(key) ?? sources.get(key) ?? sourceOf(pool, dns, views))
    }
    const added = [...next].filter(([key]) => !sources.has(key)).map(([, source]) => source)
    await Promise.all(added.map((source) => source.start()))
    const gone = [...sources].filter(([key]) => !next.has(key)).map(([, source]) => source)
    if (isClosed) gone.push(...added)
    else sources = next
    await Promise.all(gone.map((source) => source.close()))
    for (const source of isClosed ? [] : added) source.subscribe(tell)
    tell()
  }
  const follower = followFile({
    path,
    limitBytes: poolsFileLimitBytes,
    take,
    onError: (error) => void (isStarted && onError?.(describe(error))),
  })

  const close = async (): Promise<void> => {
    isClosed = true
    listeners.clear()
    await follower.close()
    await Promise.all([...sources.values()].map((source) => source.close()))
    await views.close()
  }
  return {
    name: 'pools',
    async start() {
      const problem = await follower.start()
      isStarted = true
      if (problem === null) return
      await close()
      throw problem
    },
    snapshot: () => withOwnIds([...sources.values()].flatMap((source) => source.snapshot())),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close,
  }
}

function describe(error: Error): string {
  if (!(error instanceof UserError)) return error.message
  const { what, where, why } = error.parts
  return [what, where, why].filter((part) => part !== undefined).join('\n')
}

/** Pools with the header fields that carry their keys, each key as it is now. */
function withKeys(pools: readonly Pool[], readKey: PoolsOptions['readKey']): Promise<readonly Pool[]> {
  return Promise.all(
    pools.map(async (pool, index): Promise<Pool> => {
      if (pool.apiKey === undefined) return pool
      if (readKey === undefined) throw new Error('pools with keys need somebody who reads them')
      const key = await readKey(pool.apiKey, `pools[${index}].apiKey`)
      return { ...pool, headers: ['authorization', `Bearer ${key}`] }
    }),
  )
}

function sourceOf(pool: Pool, dns: DnsOptions, views: ClusterViews): ReplicaSource {
  switch (pool.resolve) {
    case 'dns':
      return createDnsSource(pool, dns)
    case 'endpointSlices':
      return createEndpointSlicesSource(pool, views, dns)
    case 'inferencePool':
      return createInferencePoolSource(pool, views)
    case 'static':
      return fixedSource([replicaAt(pool, pool.address.host)])
  }
}

/** Two engines of a model on one host, such as a pod with two containers, differ in their port: the later one's id says it. */
function withOwnIds(replicas: readonly Replica[]): readonly Replica[] {
  const byId = new Map<string, Replica>()
  for (const replica of replicas) {
    const known = byId.get(replica.id)
    if (known === undefined) byId.set(replica.id, replica)
    else if (baseUrl(known.address) !== baseUrl(replica.address)) {
      const id = `${replica.id}-${replica.address.port}`
      if (!byId.has(id)) byId.set(id, { ...replica, id })
    }
  }
  return [...byId.values()]
}
