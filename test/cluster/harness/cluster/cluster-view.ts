import type {
  ConfigMap,
  EndpointSlice,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'
import { Informer } from '../informer.ts'
import type { VolumeSources } from '../kubelet/volumes.ts'

/** Who wants to know of changes. */
export interface ViewListener {
  onPod(key: string, pod: Pod | undefined): void
  /** Services or their endpoints have changed. */
  onServices(): void
  /** ConfigMaps, Secrets or claims of a namespace have changed. */
  onReferences(namespace: string): void
}

/** All objects that kubelets, name service and Service addresses work by, as the API server has them. */
export class ClusterView {
  readonly pods: Informer<Pod>
  readonly services: Informer<Service>
  readonly endpoints: Informer<EndpointSlice>
  readonly #client: ApiClient
  readonly #configMaps: Informer<ConfigMap>
  readonly #secrets: Informer<Secret>
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #volumes: Informer<PersistentVolume>

  constructor(client: ApiClient, listener: ViewListener) {
    this.#client = client
    const onReferences = (key: string) => listener.onReferences(key.split('/')[0] ?? '')
    const onServices = () => listener.onServices()
    this.pods = new Informer(client, '/api/v1/pods', (key, pod) => listener.onPod(key, pod))
    this.services = new Informer(client, '/api/v1/services', onServices)
    this.endpoints = new Informer(client, '/apis/discovery.k8s.io/v1/endpointslices', onServices)
    this.#configMaps = new Informer(client, '/api/v1/configmaps', onReferences)
    this.#secrets = new Informer(client, '/api/v1/secrets', onReferences)
    this.#claims = new Informer(client, '/api/v1/persistentvolumeclaims')
    this.#volumes = new Informer(client, '/api/v1/persistentvolumes')
  }

  /** Follows the API server until the signal fires; resolves when all that is there is known. */
  async start(signal: AbortSignal): Promise<void> {
    const before = [this.services, this.endpoints, this.#configMaps, this.#secrets, this.#claims, this.#volumes]
    for (const informer of before) void informer.run(signal)
    await Promise.all(before.map(({ listed }) => listed))
    void this.pods.run(signal)
    await this.pods.listed
  }

  /** What Pods of a namespace may refer to. */
  sources(namespace: string): VolumeSources {
    return {
      configMap: (name) => this.#configMaps.items.get(`${namespace}/${name}`),
      secret: (name) => this.#secrets.items.get(`${namespace}/${name}`),
      claim: (name) => this.#claims.items.get(`${namespace}/${name}`),
      volume: (name) => this.#volumes.items.get(`/${name}`),
      tokens: (pod, audience, seconds) => this.#token(pod, audience, seconds),
    }
  }

  async #token({ metadata, spec }: Pod, audience: string | undefined, seconds: number): Promise<string> {
    const account = spec?.serviceAccountName ?? 'default'
    const path = `/api/v1/namespaces/${metadata?.namespace}/serviceaccounts/${account}/token`
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: metadata?.name, uid: metadata?.uid }
    const { status, body } = await this.#client.post(path, {
      spec: {
        expirationSeconds: seconds,
        boundObjectRef,
        ...(audience === undefined ? {} : { audiences: [audience] }),
      },
    })
    const { token } = (body['status'] ?? {}) as { token?: string }
    if (status !== 201 || token === undefined) throw new Error(`no token for ${account}: ${body.message}`)
    return token
  }
}
