import type { Reflector } from '../kubernetes/index.ts'
import { placeOf } from './cluster-name.ts'
import type { ClusterViews, SharedView } from './cluster-views.ts'
import type { Replica, ReplicaSource } from './contract.ts'
import { createDnsSource, type DnsOptions } from './dns.ts'
import { replicaOf, type Pool } from './pool.ts'
import { keptSlice, membersOf, serviceLabel, type KeptSlice } from './slice-endpoints.ts'

/** The cluster is waited for no longer than this at the start; from then on names are looked up until it answers. */
const usualFirstAnswerMs = 5_000
/** Changes that come together are told together: a rollout writes a slice for each pod that comes and goes. */
const gatherMs = 20

/** Whether a slice is of a Service, or of the canary beside it. */
const isOf = (slice: KeptSlice | undefined, service: string): boolean =>
  slice !== undefined && (slice.service === service || slice.canary?.of === service)

/**
 * The replicas of a pool, one for each endpoint of its Service, with what the cluster knows of them: ready, or about to stop.
 * What is known stays in force while the cluster's API is away. As long as it never answered, or does not let this gateway
 * read, the Service's name is looked up as in `createDnsSource`.
 */
export function createEndpointSlicesSource(
  pool: Pool,
  views: ClusterViews,
  { firstAnswerMs = usualFirstAnswerMs, ...dns }: DnsOptions & { readonly firstAnswerMs?: number } = {},
): ReplicaSource {
  const listeners = new Set<() => void>()
  let replicas: readonly Replica[] = []
  let shared: SharedView<KeptSlice> | undefined
  let fallback: ReplicaSource | undefined
  let gathering: NodeJS.Timeout | undefined
  let isClosed = false

  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const read = (view: Reflector<KeptSlice>, service: string): void => {
    const own = [...view.values()].filter((slice) => isOf(slice, service))
    replicas = membersOf(own, pool.address.port).map((member) => replicaOf(pool, member))
  }
  const follow = (view: Reflector<KeptSlice>, service: string): void => {
    read(view, service)
    void fallback?.close()
    fallback = undefined
    tell()
    view.subscribe((changes) => {
      const isOwn = changes.some(
        (change) => isOf(change.before, service) || (change.kind === 'put' && isOf(change.value, service)),
      )
      if (!isOwn || gathering !== undefined || isClosed) return
      gathering = setTimeout(() => {
        gathering = undefined
        read(view, service)
        tell()
      }, gatherMs)
      gathering.unref()
    })
  }
  const open = async (): Promise<void> => {
    const { name, namespace } = placeOf(pool)
    const query = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      namespace,
      labelSelector: serviceLabel,
    }
    const opened = await views.open(query, keptSlice)
    if (isClosed) return opened.release()
    shared = opened
    await opened.view.synced
    if (!isClosed) follow(opened.view, name)
  }
  const fallBack = async (): Promise<void> => {
    const source = createDnsSource(pool, dns)
    fallback = source
    source.subscribe(tell)
    await source.start()
  }

  return {
    name: 'endpoint-slices',
    async start() {
      const late = Promise.withResolvers<'late'>()
      const patience = setTimeout(() => late.resolve('late'), firstAnswerMs)
      const opening = open().then(
        () => 'open' as const,
        () => 'late' as const,
      )
      const outcome = await Promise.race([opening, late.promise])
      clearTimeout(patience)
      if (outcome === 'late' && !isClosed && shared?.view.isSynced !== true) await fallBack()
    },
    snapshot: () => fallback?.snapshot() ?? replicas,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      isClosed = true
      clearTimeout(gathering)
      listeners.clear()
      await fallback?.close()
      await shared?.release()
    },
  }
}
