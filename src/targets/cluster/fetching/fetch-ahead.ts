import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import type { ClusterClient, KubernetesObject, LiveObject, Pod } from '../../../kubernetes/index.ts'
import type { ProgressStep } from '../../../progress/index.ts'
import type { ApplyContext, RenderedSource } from '../../contract.ts'
import type { Live } from '../fleets/parts.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { refOf } from '../objects/object-names.ts'
import type { ClusterPlan } from '../planning/decide.ts'
import type { PodProblem } from '../waiting/pod-problem.ts'
import { readLastLines } from '../waiting/problems.ts'
import { decideFetch, podSelectorOf, podSpecOf, type Fetch } from './decide-fetch.ts'
import { fetchJob, fetchLabel, isShared } from './fetch-job.ts'
import { digestOf, fetchState } from './fetch-state.ts'

/** Weights of a large model over a slow line. */
const usualTimeoutMs = 60 * 60_000
const pollMs = 1_000
/** A registry that fails for this long is told of. */
const patienceMs = 15_000
/** A Job that has no pod by then gets none: a quota, or a policy. */
const podMs = 60_000
/** Lines of a log that tell why a download failed. */
const shownLines = 5

/** What is fetched for. */
export interface FetchAheadFor {
  readonly fleet: string
  readonly namespace: string
  readonly rendered: Pick<RenderedSource, 'fetchers'>
}

type Work = Pick<ApplyContext, 'signal' | 'progress' | 'options' | 'timeoutMs'>

/**
 * Has the nodes of pods that an update replaces pull the new images and fetch the new weights, while the old pods serve.
 * Nothing of the Fleet is changed by it. Without waiting, or where it is not wanted, nothing is fetched ahead.
 * @throws UserError with what cannot be fetched, and why
 */
export async function fetchAhead(
  client: ClusterClient,
  plan: ClusterPlan,
  what: FetchAheadFor,
  work: Work,
): Promise<void> {
  if (work.options?.wait === false || work.options?.fetch === false) return
  const changes = plan.writes.filter(({ verb, object }) => verb === 'change' && podSpecOf(object) !== undefined)
  const fetches = await Promise.all(changes.map(({ object }) => fetchFor(client, object, plan, what)))
  const needed = fetches.filter((fetch) => fetch !== undefined)
  if (needed.length === 0) return
  await removeJobs(client, what)
  try {
    await inParallel(needed, needed.length, (fetch) => fetchAll(client, fetch, what, work))
  } finally {
    await removeJobs(client, what)
  }
}

async function fetchFor(
  client: ClusterClient,
  object: KubernetesObject,
  plan: ClusterPlan,
  { namespace, rendered }: FetchAheadFor,
): Promise<Fetch | undefined> {
  const live = await client.get(refOf(object))
  if (live === undefined) return undefined
  const selector = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: podSelectorOf(live) }
  const pods = (await client.list(selector)).items as Live<Pod>[]
  const fetch = decideFetch(object, live, pods, rendered.fetchers?.get(object.metadata.name ?? ''))
  if (fetch === undefined || fetch.weights.length === 0 || !needsNew(fetch, plan)) return fetch
  // Its volume or its token comes with this very update: weights are fetched when that is there.
  return fetch.images.length === 0 ? undefined : { ...fetch, weights: [] }
}

/** Whether fetching weights takes objects that the plan makes first. */
function needsNew({ spec, weights }: Fetch, { writes }: ClusterPlan): boolean {
  const created = new Set(
    writes.flatMap(({ verb, object }) => (verb === 'create' ? [`${object.kind} ${object.metadata.name ?? ''}`] : [])),
  )
  const mounted = new Set(weights.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)))
  const sources = (spec.volumes ?? []).filter(({ name }) => mounted.has(name))
  return (
    sources.some(
      ({ persistentVolumeClaim, configMap, secret }) =>
        created.has(`PersistentVolumeClaim ${persistentVolumeClaim?.claimName ?? ''}`) ||
        created.has(`ConfigMap ${configMap?.name ?? ''}`) ||
        created.has(`Secret ${secret?.secretName ?? ''}`),
    ) || created.has(`ServiceAccount ${spec.serviceAccountName ?? ''}`)
  )
}

/** One workload’s share: a Job on each of its nodes. */
async function fetchAll(client: ClusterClient, fetch: Fetch, what: FetchAheadFor, work: Work): Promise<void> {
  const { fleet, namespace } = what
  const { signal, progress, timeoutMs = usualTimeoutMs } = work
  const step = progress.step(`Fetch ahead for ${fetch.workload}`)
  const states = new Map(fetch.nodes.map((node) => [node, 'waiting']))
  const tell = (node: string, message: string) => {
    states.set(node, message)
    const behind = [...states].filter(([, state]) => state !== 'done')
    const [first] = behind
    const where = first === undefined ? '' : `; ${first[0]}: ${first[1]}`
    step.update(`${states.size - behind.length} of ${states.size} nodes${where}`)
  }
  try {
    const oneFetches = isShared(fetch)
    const imageIds = await inParallel(fetch.nodes, fetch.nodes.length, async (node, index) => {
      const hasWeights = fetch.weights.length > 0 && (index === 0 || !oneFetches)
      // Another node fetches the weights, and here is nothing else to do.
      if (fetch.images.length === 0 && !hasWeights) return []
      const suffix = randomUUID().slice(0, 8)
      const job = fetchJob(fetch, { fleet, namespace, node, suffix, timeoutMs, hasWeights })
      await client.create(job as KubernetesObject)
      const ids = await untilFetched(client, job, node, { ...work, timeoutMs }, (message) => tell(node, message))
      tell(node, 'done')
      return ids
    })
    step.succeed(toldOf(fetch, imageIds, progress))
  } catch (error) {
    step.fail(signal.aborted ? 'interrupted' : 'it cannot be fetched')
    throw error
  }
}

/** What is on the nodes now; nodes that got different images for one name are told of. */
function toldOf({ workload, images, weights, nodes }: Fetch, ids: readonly (readonly string[])[], progress: Progress) {
  const parts = images.map((image, index) => {
    const digests = [...new Set(ids.flatMap((ofNode) => digestOf(ofNode[index] ?? '') ?? []))]
    if (digests.length > 1) {
      progress.note(
        `${workload}: nodes have ${digests.length} different images of the name ${image} (${digests.join(', ')}); name it by its digest to have one.`,
      )
    }
    return digests.length === 1 ? `${image} (${digests[0]})` : image
  })
  const what = [...parts, ...(weights.length > 0 ? ['weights'] : [])]
  return `${what.join(', ')} on ${nodes.length === 1 ? (nodes[0] ?? '') : `${nodes.length} nodes`}`
}
type Progress = Work['progress']

async function untilFetched(
  client: ClusterClient,
  { metadata: { name = '', namespace = '' } }: ReturnType<typeof fetchJob>,
  node: string,
  { signal, timeoutMs }: Work & { readonly timeoutMs: number },
  onUpdate: ProgressStep['update'],
): Promise<readonly string[]> {
  const begun = Date.now()
  let stuckSince: number | undefined
  for (;;) {
    signal.throwIfAborted()
    const labelSelector = `batch.kubernetes.io/job-name=${name}`
    const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector })
    const pod = (items as Live<Pod>[]).find(({ metadata }) => metadata.deletionTimestamp === undefined)
    const state = pod === undefined ? undefined : fetchState(pod)
    if (state?.kind === 'done') return state.imageIds
    if (state?.kind === 'going') onUpdate(state.message)
    if (state?.kind !== 'stuck') stuckSince = undefined
    else {
      stuckSince ??= Date.now()
      onUpdate(state.problem.what)
    }
    const isTooLong = stuckSince !== undefined && Date.now() - stuckSince > patienceMs
    if (pod !== undefined && (state?.kind === 'failed' || (state?.kind === 'stuck' && isTooLong)))
      throw await fetchError(client, pod, node, state.problem)
    if (pod === undefined && Date.now() - begun > podMs)
      throw await fetchError(client, undefined, node, { reason: 'no-pod', what: `Job ${name} gets no pod` })
    if (Date.now() - begun > timeoutMs)
      throw await fetchError(client, pod, node, { reason: 'timeout', what: 'it takes longer than --timeout' })
    await delay(pollMs, undefined, { signal })
  }
}

async function fetchError(
  client: ClusterClient,
  pod: LiveObject | undefined,
  node: string,
  { what, why, mend, container }: PodProblem,
): Promise<UserError> {
  const lines =
    pod === undefined || container === undefined
      ? []
      : await readLastLines(client, {
          namespace: pod.metadata.namespace ?? '',
          pod: pod.metadata.name,
          container,
          previous: false,
        })
  const reasons = [why, ...lines.slice(-shownLines)].filter((part) => part !== undefined && part !== '')
  return new UserError({
    what: `Nothing was changed: what the update needs cannot be fetched to node ${node}: ${what}`,
    ...(reasons.length === 0 ? {} : { why: reasons.join('\n') }),
    mend: `${mend ?? 'Look at why.'} The replicas of before go on to serve. --no-fetch updates without fetching ahead.`,
  })
}

/** Takes away the Jobs of this update, and those that an update left behind which was killed. */
async function removeJobs(client: ClusterClient, { fleet, namespace }: FetchAheadFor): Promise<void> {
  const labelSelector = `${fetchLabel}=${fleet}`
  const { items } = await client.list({ apiVersion: 'batch/v1', kind: 'Job', namespace, labelSelector })
  await Promise.all(
    items.map((job) =>
      client.delete({ ...refOf(job), apiVersion: 'batch/v1', kind: 'Job' }, { propagation: 'Background' }),
    ),
  )
}
