import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod } from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import { testBackoff } from './backoff.ts'
import { Devices } from './devices.ts'
import { EventRecorder } from './events.ts'
import type { Faults } from './faults.ts'
import { beat } from './heartbeat.ts'
import { KubeletServer, type ServingCertificate } from './kubelet-server.ts'
import type { KubeletNode } from './kubelet-node.ts'
import type { NodeSpec } from './node-object.ts'
import { PodWorker } from './pod-worker.ts'

/** What a kubelet is told when it starts. */
export interface KubeletOptions {
  readonly client: ApiClient
  readonly view: ClusterView
  readonly spec: NodeSpec
  readonly address: string
  /** Of the node: its disk, and its Pods. */
  readonly folder: string
  readonly faults: Faults
  /** Shared by the Pods of all nodes: code that Node.js has compiled. */
  readonly compiledFolder: string
  readonly hasUsers: boolean
  readonly apiVariables: Readonly<Record<string, string>>
  readonly certificate: ServingCertificate
  nextPodAddress(): string
}

const kubeletPort = 10_250

/** The agent of one node: runs the Pods that are bound to it as processes, and says what becomes of them. */
export class Kubelet {
  readonly #options: KubeletOptions
  readonly #node: KubeletNode
  readonly #workers = new Map<string, PodWorker>()
  readonly #power = new AbortController()
  readonly #server: KubeletServer

  private constructor(options: KubeletOptions) {
    this.#options = options
    const { client, spec, folder } = options
    const disk = join(folder, 'disk')
    mkdirSync(disk, { recursive: true })
    this.#node = {
      ...options,
      folder: disk,
      events: new EventRecorder(client, spec.name),
      devices: new Devices(spec.name, spec.gpus ?? 0),
      sources: (namespace) => options.view.sources(namespace),
      images: new Set(),
      confirmDeletion: async ({ metadata }) => {
        const path = `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}`
        await client.delete(path, { gracePeriodSeconds: 0, preconditions: { uid: metadata?.uid } })
      },
    }
    this.#server = new KubeletServer((namespace, pod) => this.worker(namespace, pod), options.certificate)
  }

  static async start(options: KubeletOptions): Promise<Kubelet> {
    const kubelet = new Kubelet(options)
    const { address, client, spec } = options
    await kubelet.#server.listen(address, kubeletPort)
    void beat(client, spec, { address, port: kubeletPort }, kubelet.#power.signal)
    return kubelet
  }

  worker(namespace: string, name: string): PodWorker | undefined {
    return [...this.#workers.values()].find(
      ({ pod }) => pod.metadata?.namespace === namespace && pod.metadata.name === name,
    )
  }

  /** Containers that run, as `namespace/pod/container`. */
  containers(): readonly string[] {
    return [...this.#workers.values()].flatMap(({ pod, runners }) =>
      runners
        .filter(({ status }) => status.state?.running !== undefined)
        .map(({ container }) => `${pod.metadata?.namespace}/${pod.metadata?.name}/${container.name}`),
    )
  }

  /** A Pod has changed, or is gone (undefined). */
  onPod(key: string, pod: Pod | undefined): void {
    if (this.#power.signal.aborted) return
    for (const [uid, worker] of this.#workers) {
      const { namespace, name } = worker.pod.metadata ?? {}
      if (`${namespace}/${name}` === key && uid !== pod?.metadata?.uid) void this.#remove(uid, worker)
    }
    if (pod?.spec?.nodeName !== this.#options.spec.name) return
    const uid = pod.metadata?.uid ?? ''
    const known = this.#workers.get(uid)
    if (known !== undefined) known.update(pod)
    else {
      const folder = join(this.#options.folder, 'pods', uid)
      this.#workers.set(uid, new PodWorker(this.#node, pod, { folder, backoff: testBackoff }))
    }
  }

  /** Objects that volumes are made of have changed in a namespace. */
  onReferences(namespace: string): void {
    for (const worker of this.#workers.values()) {
      if (worker.pod.metadata?.namespace === namespace) void worker.refreshVolumes()
    }
  }

  /** The machine is switched off: no answer, no beat, no process. */
  async powerOff(): Promise<void> {
    this.#power.abort()
    this.#server.close()
    await Promise.all([...this.#workers.values()].map((worker) => worker.powerOff()))
    this.#workers.clear()
  }

  async #remove(uid: string, worker: PodWorker): Promise<void> {
    await worker.remove()
    this.#workers.delete(uid)
  }
}
