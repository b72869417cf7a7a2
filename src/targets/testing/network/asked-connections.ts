import { parse } from 'yaml'
import type { ConfigMap, InferencePool, KubernetesObject, PodMonitor, Service } from '../../../kubernetes/index.ts'
import { matches, type Party } from './connections.ts'
import { renderedPods, type RenderedPod } from './rendered-pods.ts'

/** A connection that a rendered object leads to. */
export interface AskedConnection {
  /** The object. */
  readonly why: string
  readonly from: Party
  readonly to: Party
  readonly port: number
}

/** Prometheus, as its operator labels its pods. */
export const prometheus: Party = { namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } }

/**
 * Connections that what is rendered asks for by itself: of the gateway to what its list of replicas names, of endpoint pickers to members
 * of their InferencePools, of Prometheus to what PodMonitors have it scrape.
 */
export function askedConnections(objects: readonly KubernetesObject[]): AskedConnection[] {
  const pods = renderedPods(objects)
  return [...ofGateway(objects, pods), ...ofPickers(objects, pods), ...ofMonitors(objects, pods)]
}

const ofKind = <Kind extends KubernetesObject>(objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object): object is Kind => object.kind === kind)

const titleOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`

/** Number of a port of a pod, which an object may name; 0 where the pod has no port of that name. */
const numberOf = ({ ports }: RenderedPod, port: string | number | undefined): number =>
  typeof port === 'number' ? port : (ports.find(({ name }) => name === port)?.port ?? 0)

function ofGateway(objects: readonly KubernetesObject[], pods: readonly RenderedPod[]): AskedConnection[] {
  const from = pods.find(({ labels }) => labels['app.kubernetes.io/name'] === 'fairlead-gateway')
  if (from === undefined) return []
  const files = ofKind<ConfigMap & KubernetesObject>(objects, 'ConfigMap').flatMap(
    ({ data }) => data?.['replicas.yaml'] ?? [],
  )
  const addresses = files.flatMap((file) => (parse(file) as { pools: { address: string }[] }).pools)
  return addresses.flatMap(({ address }) => {
    const { hostname, port } = new URL(address)
    const named = ofKind<Service & KubernetesObject>(objects, 'Service').filter(
      ({ metadata }) => metadata.name === hostname.split('.')[0],
    )
    return named.flatMap((service) => {
      const { clusterIP, ports = [], selector } = service.spec ?? {}
      // An engine's own Service has KV events beside the API, and both are for the gateway.
      const asked = ports.filter((each) => (clusterIP === 'None' ? each.name !== 'nixl' : each.port === Number(port)))
      const behind = pods.filter(({ labels }) => matches({ matchLabels: selector }, labels))
      return behind.flatMap((to) =>
        asked.map(({ targetPort }) => ({ why: titleOf(service), from, to, port: numberOf(to, targetPort) })),
      )
    })
  })
}

function ofPickers(objects: readonly KubernetesObject[], pods: readonly RenderedPod[]): AskedConnection[] {
  return ofKind<InferencePool & KubernetesObject>(objects, 'InferencePool').flatMap((pool) => {
    const { endpointPickerRef, selector, targetPorts } = pool.spec
    const from = pods.find(({ name }) => name === endpointPickerRef?.name)
    if (from === undefined) return []
    const members = pods.filter(({ labels }) => matches(selector, labels))
    return members.flatMap((to) => targetPorts.map(({ number }) => ({ why: titleOf(pool), from, to, port: number })))
  })
}

function ofMonitors(objects: readonly KubernetesObject[], pods: readonly RenderedPod[]): AskedConnection[] {
  return ofKind<PodMonitor & KubernetesObject>(objects, 'PodMonitor').flatMap((monitor) => {
    const { podMetricsEndpoints = [], selector } = monitor.spec
    const scraped = pods.filter(({ labels }) => matches(selector, labels))
    return scraped
      .flatMap((to) =>
        podMetricsEndpoints.map(({ port, portNumber }) => ({
          why: titleOf(monitor),
          from: prometheus,
          to,
          port: portNumber ?? numberOf(to, port),
        })),
      )
      .filter(({ port }) => port > 0)
  })
}
