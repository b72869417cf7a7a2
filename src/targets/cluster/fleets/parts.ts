import type {
  ClusterClient,
  Deployment,
  Job,
  LiveObject,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
} from '../../../kubernetes/index.ts'
import { ClusterError } from '../../../kubernetes/index.ts'
import type { FoundFleet } from './find-fleet.ts'
import { isMaker, withMade } from './made-workloads.ts'
import type { Workload } from './workload.ts'

export type { MadeWorkload, Workload } from './workload.ts'

/** Kinds that stand for replicas, in the version that is asked for. */
export const workloadKinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet' },
  { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' },
  { apiVersion: 'serving.kserve.io/v1alpha2', kind: 'LLMInferenceService' },
] as const

/** Live objects of a kind that has a type. */
export type Live<Kind> = Kind & LiveObject

/** What of a Fleet runs, or is to run. */
export interface FleetParts {
  readonly workloads: readonly Workload[]
  readonly pods: readonly Live<Pod>[]
  readonly jobs: readonly Live<Job>[]
  readonly claims: readonly Live<PersistentVolumeClaim>[]
}

/** Objects of a kind with the Fleet’s label; none where the cluster does not have the kind. */
export async function listOfFleet(
  client: ClusterClient,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  {
    namespace,
    fleet,
    selector = '',
  }: { readonly namespace: string; readonly fleet: string; readonly selector?: string },
): Promise<readonly LiveObject[]> {
  return listLabelled(
    client,
    { apiVersion, kind },
    { namespace, labelSelector: `fairlead.dev/fleet=${fleet}${selector}` },
  )
}

/** Objects of a kind with some labels; none where the cluster does not have the kind. */
async function listLabelled(
  client: ClusterClient,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  { namespace, labelSelector }: { readonly namespace: string; readonly labelSelector: string },
): Promise<readonly LiveObject[]> {
  try {
    const { items } = await client.list({ apiVersion, kind, namespace, labelSelector })
    return items
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'no-such-kind') return []
    throw error
  }
}

/** Reads what runs of a Fleet; only kinds that its inventory has are asked for. */
export async function readParts(client: ClusterClient, { namespace, inventory }: FoundFleet): Promise<FleetParts> {
  const place = { namespace, fleet: inventory.fleet }
  const kinds = new Set(inventory.objects.map(({ kind }) => kind))
  const has = ({ kind }: { readonly kind: string }) => kinds.has(kind)
  const own = workloadKinds.filter(has)
  const [workloads, pods, jobs, claims] = await Promise.all([
    own.some(isMaker)
      ? readMade(client, place, own)
      : Promise.all(own.map((kind) => listOfFleet(client, kind, place))).then((lists) => lists.flat()),
    listOfFleet(client, { apiVersion: 'v1', kind: 'Pod' }, place),
    has({ kind: 'Job' }) ? listOfFleet(client, { apiVersion: 'batch/v1', kind: 'Job' }, place) : [],
    listOfFleet(client, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, place),
  ])
  return {
    workloads: workloads as Workload[],
    pods: pods as Live<Pod>[],
    jobs: jobs as Live<Job>[],
    claims: claims as Live<PersistentVolumeClaim>[],
  }
}

/** Workloads of which some have others made, which are no workloads of the Fleet’s own then. */
async function readMade(
  client: ClusterClient,
  { namespace, fleet }: { readonly namespace: string; readonly fleet: string },
  kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
): Promise<readonly Workload[]> {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' }
  const runtime = { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'ServingRuntime' }
  const asked = kinds.some(({ kind }) => kind === deployment.kind) ? kinds : [...kinds, deployment]
  const ofKserve = { namespace, labelSelector: 'app.kubernetes.io/part-of=llminferenceservice' }
  const [lists, runtimes, made] = await Promise.all([
    Promise.all(asked.map((kind) => listOfFleet(client, kind, { namespace, fleet }))),
    kinds.some(({ kind }) => kind === 'InferenceService') ? listOfFleet(client, runtime, { namespace, fleet }) : [],
    // What is made of LLMInferenceServices has no label of the Fleet; its pods have.
    kinds.some(({ kind }) => kind === 'LLMInferenceService') ? listLabelled(client, deployment, ofKserve) : [],
  ])
  return withMade([...lists.flat(), ...made] as Workload[], runtimes)
}

/** A Deployment or StatefulSet, with their types. */
export type Replicated = Live<Deployment> | Live<StatefulSet>

/** The value of a label; empty without it. */
export const labelOf = ({ metadata }: Pick<LiveObject, 'metadata'>, name: string): string =>
  metadata.labels?.[name] ?? ''
