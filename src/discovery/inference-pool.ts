import type { InferencePool, LiveObject, Pod, Reflector } from '../kubernetes/index.ts'
import { placeOf } from './cluster-name.ts'
import type { ClusterViews, SharedView } from './cluster-views.ts'
import type { Replica, ReplicaSource } from './contract.ts'
import { replicaOf, type Pool, type PoolMember } from './pool.ts'
import { generationOf } from './slice-endpoints.ts'

/** The cluster is waited for no longer than this at the start. */
const firstAnswerMs = 5_000
const gatherMs = 20

/** What is kept of an InferencePool. */
interface KeptPool {
  readonly selector: string
  readonly ports: readonly number[]
}

/** https://gateway-api-inference-extension.sigs.k8s.io/reference/spec/#inferencepoolspec */
function keptPool(object: LiveObject): KeptPool | undefined {
  const { spec } = object as unknown as Partial<InferencePool>
  const labels = Object.entries(spec?.selector.matchLabels ?? {})
  if (spec === undefined || labels.length === 0) return undefined
  const selector = labels.map(([name, value]) => `${name}=${value}`).toSorted()
  return { selector: selector.join(','), ports: spec.targetPorts.map(({ number }) => number) }
}

/** What is kept of a pod. */
export type KeptPod = Omit<PoolMember, 'port'>

/** Reads a pod; undefined for one that has no address. */
export function keptPod(object: LiveObject): KeptPod | undefined {
  const { metadata, status } = object as unknown as Pod
  const host = status?.podIP
  if (host === undefined || host === '') return undefined
  const restarts = (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0)
  return {
    host,
    phase: phaseOf(object as unknown as Pod),
    // A container that restarts is another process in the same pod.
    generation: generationOf(`${metadata.uid} ${restarts}`),
    ...(metadata.name === undefined ? {} : { pod: metadata.name }),
  }
}

function phaseOf({ metadata, status }: Pod): Replica['phase'] {
  if (metadata.deletionTimestamp !== undefined) return 'draining'
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return 'failed'
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
    ? 'serving'
    : 'starting'
}

/**
 * The replicas of a pool, one for each pod that an InferencePool selects and each port that it names. What is known stays in
 * force while the cluster's API is away.
 */
export function createInferencePoolSource(pool: Pool, views: ClusterViews): ReplicaSource {
  const listeners = new Set<() => void>()
  const synced = Promise.withResolvers<void>()
  let replicas: readonly Replica[] = []
  let poolView: SharedView<KeptPool> | undefined
  let podView: SharedView<KeptPod> | undefined
  let wanted: KeptPool | undefined
  /** Changes of the pool, one after the other. */
  let turn: Promise<void> = Promise.resolve()
  let gathering: NodeJS.Timeout | undefined
  let isClosed = false

  const read = (): void => {
    const ports = wanted === undefined || wanted.ports.length === 0 ? [pool.address.port] : wanted.ports
    const pods = wanted === undefined ? [] : [...(podView?.view.values() ?? [])]
    replicas = ports.flatMap((port) => pods.map((pod) => replicaOf(pool, { ...pod, port })))
    for (const listener of listeners) listener()
  }
  const gather = (): void => {
    if (gathering !== undefined || isClosed) return
    gathering = setTimeout(() => {
      gathering = undefined
      read()
    }, gatherMs)
    gathering.unref()
  }
  /** Pods that were selected before stay in force until those of another selector are known. */
  const select = async (next: KeptPool | undefined, namespace: string): Promise<void> => {
    const before = podView
    if (next !== undefined && next.selector !== wanted?.selector) {
      const query = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: next.selector }
      const opened = await views.open(query, keptPod)
      if (isClosed) return opened.release()
      await Promise.race([opened.view.synced, closed.promise])
      podView = opened
      opened.view.subscribe(gather)
    }
    wanted = next
    if (next === undefined) podView = undefined
    if (before !== podView) await before?.release()
    if (isClosed) return podView?.release()
    read()
    synced.resolve()
  }
  const closed = Promise.withResolvers<void>()
  const open = async (): Promise<void> => {
    const { name, namespace } = placeOf(pool)
    const query = { apiVersion: 'inference.networking.k8s.io/v1', kind: 'InferencePool', namespace }
    const opened = await views.open({ ...query, fieldSelector: `metadata.name=${name}` }, keptPool)
    if (isClosed) return opened.release()
    poolView = opened
    await Promise.race([opened.view.synced, closed.promise])
    const follow = (view: Reflector<KeptPool>): void => {
      turn = turn.then(() => (isClosed ? undefined : select(view.get({ namespace, name }), namespace)))
    }
    opened.view.subscribe(() => follow(opened.view))
    follow(opened.view)
  }

  return {
    name: 'inference-pool',
    async start() {
      const late = Promise.withResolvers<void>()
      const patience = setTimeout(late.resolve, firstAnswerMs)
      open().catch(() => {})
      await Promise.race([synced.promise, late.promise])
      clearTimeout(patience)
    },
    snapshot: () => replicas,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      isClosed = true
      closed.resolve()
      clearTimeout(gathering)
      listeners.clear()
      await turn
      await podView?.release()
      await poolView?.release()
    },
  }
}
