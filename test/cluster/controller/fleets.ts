import { until } from '../../harness/until.ts'
import type { ApiClient, ApiObject } from '../harness/api-client.ts'

/** A condition of a Fleet. */
interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
}

/** A Fleet as the API server has it. */
export interface StoredFleet extends ApiObject {
  readonly metadata: ApiObject['metadata'] & {
    readonly generation?: number
    readonly finalizers?: readonly string[]
    readonly deletionTimestamp?: string
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly models?: number
    readonly readyModels?: number
    readonly address?: string
    readonly revision?: string
    readonly conditions?: readonly Condition[]
  }
}

const usualPatienceMs = 180_000

/** Fleets, and what they become, in one namespace. */
export class FleetsOf {
  readonly #open: () => ApiClient
  readonly #namespace: string
  readonly #patienceMs: number

  constructor(open: () => ApiClient, namespace: string, patienceMs = usualPatienceMs) {
    this.#open = open
    this.#namespace = namespace
    this.#patienceMs = patienceMs
  }

  get #client(): ApiClient {
    return this.#open()
  }

  /** Waits for something that a controller does; two busy processors take their time. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    await until(isSo, () => `not so: ${what}`, this.#patienceMs)
  }

  async has(group: string, resource: string, name: string): Promise<boolean> {
    return (await this.#client.get(this.path(group, resource, name))).status === 200
  }

  /** Replicas that a Deployment is to have. */
  async replicasOf(name: string): Promise<number | undefined> {
    const { body } = await this.#client.get(this.path('apps/v1', 'deployments', name))
    return (body['spec'] as { readonly replicas?: number } | undefined)?.replicas
  }

  #fleet(name: string): string {
    return `/apis/fairlead.dev/v1alpha1/namespaces/${this.#namespace}/fleets/${name}`
  }

  path(group: string, resource: string, name: string): string {
    const base = group === 'v1' ? '/api/v1' : `/apis/${group}`
    return `${base}/namespaces/${this.#namespace}/${resource}/${name}`
  }

  async apply(name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<StoredFleet> {
    const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Fleet', metadata: { name, annotations }, spec }
    const path = `${this.#fleet(name)}?fieldManager=person&force=true&fieldValidation=Strict`
    const { status, body } = await this.#client.apply(path, object)
    if (status !== 200 && status !== 201) throw new Error(`Fleet ${name}: ${status} ${body.message}`)
    return body as StoredFleet
  }

  async get(name: string): Promise<StoredFleet | undefined> {
    const { status, body } = await this.#client.get(this.#fleet(name))
    return status === 200 ? (body as StoredFleet) : undefined
  }

  async delete(name: string): Promise<void> {
    await this.#client.delete(this.#fleet(name))
  }

  /** Waits until a condition of a Fleet is as said, and is about what the Fleet says now. */
  async untilCondition(name: string, type: string, status: string, reason?: string): Promise<Condition> {
    let last: StoredFleet | undefined
    return until(
      async () => {
        last = await this.get(name)
        const found = last?.status?.conditions?.find((condition) => condition.type === type)
        const isNew = found?.observedGeneration === last?.metadata.generation
        return isNew && found?.status === status && (reason === undefined || found.reason === reason)
          ? found
          : undefined
      },
      () => `${type} is not ${status} ${reason ?? ''}: ${JSON.stringify(last?.status)}`,
      this.#patienceMs,
    )
  }

  /** Waits until a Fleet is applied whole for the n-th time. */
  async untilRevision(name: string, revision: number): Promise<void> {
    let last: unknown
    await until(
      async () => {
        const { body } = await this.#client.get(this.path('v1', 'configmaps', `${name}-inventory`))
        const { facts = '{}' } = (body['data'] ?? {}) as { readonly facts?: string }
        last = JSON.parse(facts)
        const { state, revision: found } = last as { readonly state?: string; readonly revision?: number }
        if (state === 'settled' && found === revision) return true
        last = { facts, status: (await this.get(name))?.status }
        return false
      },
      () => `Fleet ${name} has no revision ${revision}: ${JSON.stringify(last)}`,
      this.#patienceMs,
    )
  }

  async untilGone(name: string): Promise<void> {
    await until(
      async () => (await this.get(name)) === undefined,
      () => `Fleet ${name} is still there`,
      this.#patienceMs,
    )
  }

  /** Takes away what holds Fleets, for those that a failed test left. */
  async forget(): Promise<void> {
    const { body } = await this.#client.get(this.#fleet(''))
    const { items = [] } = body as { readonly items?: readonly StoredFleet[] }
    for (const { metadata } of items)
      await this.#client.merge(this.#fleet(metadata.name ?? ''), { metadata: { finalizers: null } })
  }

  /** Says of every Deployment of the namespace what its controller would once all of its Pods are ready. */
  async haveDeploymentsReady(): Promise<number> {
    const { body } = await this.#client.get(`/apis/apps/v1/namespaces/${this.#namespace}/deployments`)
    const { items } = body as unknown as {
      readonly items: readonly {
        readonly metadata: { readonly name: string; readonly generation: number }
        readonly spec: { readonly replicas?: number }
      }[]
    }
    for (const { metadata, spec } of items) {
      const { replicas = 1 } = spec
      const status = {
        observedGeneration: metadata.generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        conditions: [
          {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: '',
            lastUpdateTime: '2026-01-01T00:00:00Z',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      }
      await this.#client.merge(`${this.path('apps/v1', 'deployments', metadata.name)}/status`, { status })
    }
    return items.length
  }
}
