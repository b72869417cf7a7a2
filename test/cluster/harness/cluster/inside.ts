import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DnsServer } from '../../../../src/discovery/testing/dns-server.ts'
import { ApiClient } from '../api-client.ts'
import { startControlPlane, type ControlPlane } from '../control-plane.ts'
import { Faults } from '../kubelet/faults.ts'
import { Kubelet } from '../kubelet/kubelet.ts'
import type { NodeSpec } from '../kubelet/node-object.ts'
import { addresses, nodeAddress, PodAddresses } from '../network/addresses.ts'
import { layOutNetwork } from '../network/bridge.ts'
import { clusterNames } from '../network/cluster-names.ts'
import { ServiceProxy } from '../network/service-proxy.ts'
import { ClusterView } from './cluster-view.ts'
import { openDoor } from './door.ts'
import type { ClusterOptions, Orders } from './messages.ts'

/** A whole cluster, inside its namespaces: control plane, nodes, names, Service addresses. */
export class InsideCluster implements Orders {
  readonly plane: ControlPlane
  readonly #options: ClusterOptions
  readonly #client: ApiClient
  readonly #view: ClusterView
  readonly #kubelets = new Map<string, Kubelet>()
  readonly #podAddresses = new PodAddresses()
  readonly #faults = new Faults()
  readonly #proxy = new ServiceProxy()
  readonly #dns: DnsServer
  readonly #compiled: string
  #nodes = 0

  private constructor(options: ClusterOptions, plane: ControlPlane, dns: DnsServer) {
    this.plane = plane
    this.#options = options
    this.#dns = dns
    this.#compiled = join(options.folder, 'compiled')
    mkdirSync(this.#compiled)
    chmodSync(this.#compiled, 0o1777)
    this.#client = new ApiClient(plane)
    this.#view = new ClusterView(this.#client, {
      onPod: (key, pod) => this.#kubelets.forEach((kubelet) => kubelet.onPod(key, pod)),
      onReferences: (namespace) => this.#kubelets.forEach((kubelet) => kubelet.onReferences(namespace)),
      onServices: () => this.#onServices(),
    })
  }

  static async start(options: ClusterOptions): Promise<InsideCluster> {
    const { binaries, definitions, folder } = options
    await layOutNetwork()
    const plane = join(folder, 'plane')
    mkdirSync(plane)
    const [running, dns] = await Promise.all([
      startControlPlane({ binaries, definitions, controllers: true, folder: plane, address: addresses.gateway }),
      DnsServer.start(53, addresses.dns),
    ])
    const cluster = new InsideCluster(options, running, dns)
    for (const spec of options.nodes) await cluster.powerOn(spec)
    await cluster.#view.start(new AbortController().signal)
    await openDoor(folder, (host) => cluster.#resolve(host))
    return cluster
  }

  async powerOn(spec: NodeSpec): Promise<void> {
    const pki = join(this.plane.folder, 'pki')
    const file = (name: string) => readFileSync(join(pki, name), 'utf8')
    const kubelet = await Kubelet.start({
      client: this.#client,
      view: this.#view,
      spec,
      address: nodeAddress(this.#nodes),
      folder: join(this.#options.folder, 'nodes', spec.name),
      compiledFolder: this.#compiled,
      faults: this.#faults,
      hasUsers: readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)[2] !== '1',
      apiVariables: { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' },
      certificate: { cert: file('apiserver.crt'), key: file('apiserver.key') },
      nextPodAddress: () => this.#podAddresses.next(),
    })
    this.#nodes += 1
    this.#kubelets.set(spec.name, kubelet)
    for (const [key, pod] of this.#view.pods.items) kubelet.onPod(key, pod)
  }

  async powerOff(node: string): Promise<void> {
    const kubelet = this.#kubelets.get(node)
    this.#kubelets.delete(node)
    await kubelet?.powerOff()
  }

  async failPulls(part: string, message?: string): Promise<void> {
    this.#faults.failPulls(part, message)
  }

  async runOutOfMemory(namespace: string, pod: string, container: string): Promise<void> {
    this.#runner(namespace, pod, container).kill('OOMKilled')
  }

  async containers(): Promise<readonly string[]> {
    return [...this.#kubelets.values()].flatMap((kubelet) => kubelet.containers())
  }

  execute(namespace: string, pod: string, container: string, command: readonly string[]) {
    return this.#runner(namespace, pod, container).execute(command, 30_000)
  }

  #runner(namespace: string, pod: string, container: string) {
    const workers = [...this.#kubelets.values()].map((kubelet) => kubelet.worker(namespace, pod))
    const runner = workers.find((worker) => worker !== undefined)?.runner(container)
    if (runner === undefined) throw new Error(`no container ${container} of ${namespace}/${pod} runs`)
    return runner
  }

  #onServices(): void {
    const services = [...this.#view.services.items.values()]
    const slices = [...this.#view.endpoints.items.values()]
    this.#proxy.update(services, slices)
    this.#dns.zone.clear()
    for (const [name, found] of clusterNames(services, slices)) this.#dns.zone.set(name, found)
  }

  /** An address inside for what somebody outside calls it. */
  #resolve(host: string): string {
    const found = this.#dns.zone.get(`${host}.cluster.local`) ?? this.#dns.zone.get(host)
    return Array.isArray(found) ? (found[0] ?? host) : host
  }
}
