import type { Fleet } from '../../fleet/index.ts'
import { ClusterError, type ClusterClient, type LiveObject, type ObjectRef } from '../../kubernetes/index.ts'
import type { PoolName } from '../../scheduling/index.ts'
import { modelLabels, type CountedPool, type GatewayReading, type Scaler } from '../../targets/index.ts'
import type { LoadReader } from './read-load.ts'

/** Who owns the number of replicas, apart from what `apply` owns. */
const manager = 'fairlead-autoscale'
/** Workloads with a `scale` subresource that replicas of target kubernetes are. */
const kinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet' },
] as const

/** What the scaler works with. */
export interface ClusterScalerParts {
  readonly client: ClusterClient
  readonly namespace: string
  /** As it is applied now. */
  readonly fleet: () => Fleet
  readonly readLoad: LoadReader
  readonly signal: AbortSignal
}

/** How many gateways were asked for their load, and how many told it. */
export interface GatewaysAsked {
  readonly gateways: number
  readonly told: number
}

interface Workload extends LiveObject {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number }
}

interface GatewayPod extends LiveObject {
  readonly status?: { readonly podIP?: string; readonly phase?: string }
}

/** Scales the workloads of a Fleet by their `scale` subresource, by the loads of all of its gateways’ pods. */
export class ClusterScaler implements Scaler {
  readonly #parts: ClusterScalerParts
  #refs: ReadonlyMap<string, ObjectRef> = new Map()
  #asked: GatewaysAsked = { gateways: 0, told: 0 }

  constructor(parts: ClusterScalerParts) {
    this.#parts = parts
  }

  /** Who told their load the last time. */
  get asked(): GatewaysAsked {
    return this.#asked
  }

  async counts(): Promise<readonly CountedPool[]> {
    const fleet = this.#parts.fleet()
    const models = new Map([...modelLabels(fleet)].map(([model, label]) => [label, model]))
    const refs = new Map<string, ObjectRef>()
    const workloads = (await Promise.all(kinds.map((kind) => this.#list(kind, 'engine')))).flat() as readonly Workload[]
    const counted = workloads.flatMap((workload): CountedPool[] => {
      const { labels = {}, name, namespace } = workload.metadata
      const model = models.get(labels['fairlead.dev/model'] ?? '')
      const role = roleOf(labels['fairlead.dev/role'])
      if (model === undefined || role === undefined) return []
      const { apiVersion, kind } = workload
      refs.set(keyOf({ model, role }), { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) })
      // The API server fills in 1 where nobody says it.
      const wanted = workload.spec?.replicas ?? 1
      const { replicas = 0, readyReplicas = 0 } = workload.status ?? {}
      const ready = Math.min(wanted, readyReplicas)
      return [{ model, role, replicas: { ready, starting: wanted - ready, draining: Math.max(0, replicas - wanted) } }]
    })
    this.#refs = refs
    return counted
  }

  async loads(): Promise<readonly GatewayReading[]> {
    const { readLoad, signal } = this.#parts
    const pods = (await this.#list({ apiVersion: 'v1', kind: 'Pod' }, 'gateway')) as readonly GatewayPod[]
    const readings = await Promise.all(
      pods
        .filter(({ status }) => status?.phase === 'Running')
        .map(async ({ metadata: { uid, deletionTimestamp }, status }) => ({
          gateway: uid,
          isLeaving: deletionTimestamp !== undefined,
          report: status?.podIP === undefined ? null : await readLoad(status.podIP, signal),
        })),
    )
    // One that leaves ends what it has, which is load as long as it tells it; that it does not any more hides nothing.
    const counted = readings.filter(({ isLeaving, report }) => !isLeaving || report !== null)
    this.#asked = { gateways: counted.length, told: counted.filter(({ report }) => report !== null).length }
    return counted
  }

  async gpus(): Promise<number | null> {
    return this.#parts.fleet().targets.kubernetes.gpuQuota ?? null
  }

  async scale(pool: PoolName, replicas: number): Promise<void> {
    const ref = this.#refs.get(keyOf(pool))
    if (ref === undefined) throw new Error(`nothing in the cluster stands for ${keyOf(pool)}`)
    await this.#parts.client.patch(ref, { spec: { replicas } }, { subresource: 'scale', fieldManager: manager })
  }

  /** Objects of the Fleet for a component; none of a kind that the cluster does not have. */
  async #list(
    kind: { readonly apiVersion: string; readonly kind: string },
    component: string,
  ): Promise<readonly LiveObject[]> {
    const { client, namespace, fleet, signal } = this.#parts
    const labelSelector = `fairlead.dev/fleet=${fleet().name},app.kubernetes.io/component=${component}`
    try {
      return (await client.list({ ...kind, namespace, labelSelector }, { signal })).items
    } catch (error) {
      if (error instanceof ClusterError && error.reason === 'no-such-kind') return []
      throw error
    }
  }
}

const keyOf = ({ model, role }: PoolName): string => `${role} ${model}`

function roleOf(label: string | undefined): PoolName['role'] | undefined {
  return (['both', 'prefill', 'decode'] as const).find((role) => role === label)
}
