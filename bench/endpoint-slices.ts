/**
 * What following a Service's EndpointSlices costs a gateway, by the number of its pods. `node bench/endpoint-slices.ts [PODS]`.
 */
import { ClusterViews } from '../src/discovery/cluster-views.ts'
import { createEndpointSlicesSource } from '../src/discovery/endpoint-slices.ts'
import { KubeClient } from '../src/kubernetes/client/kube-client.ts'
import { events, page, startFaultServer } from '../src/kubernetes/client/testing/fault-server.ts'

const pods = Number(process.argv[2] ?? 10_000)
/** What the controller puts into one slice. */
const podsInSlice = 100

const slice = (index: number, version: number, isReady: boolean) => ({
  metadata: {
    name: `m-${index}`,
    namespace: 'lab',
    uid: `slice-${index}`,
    resourceVersion: String(version),
    labels: { 'kubernetes.io/service-name': 'm' },
  },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8000, protocol: 'TCP' }],
  endpoints: Array.from({ length: podsInSlice }, (_, at) => {
    const pod = index * podsInSlice + at
    return {
      addresses: [`10.${pod >> 16}.${(pod >> 8) & 255}.${pod & 255}`],
      conditions: { ready: isReady, serving: isReady, terminating: false },
      nodeName: `node-${pod >> 3}`,
      targetRef: { kind: 'Pod', namespace: 'lab', name: `m-7d9f8b6c5-${pod}`, uid: `6f1c2a9e-0000-4000-8000-${pod}` },
    }
  }),
})

const server = await startFaultServer()
const slices = Array.from({ length: Math.ceil(pods / podsInSlice) }, (_, index) => slice(index, 1, true))
const watched = Promise.withResolvers<(text: string) => void>()
server.answer(page(1, slices), (response, request) => {
  events([])(response, request)
  watched.resolve((text) => void response.write(text))
})
const views = new ClusterViews({ connect: async () => new KubeClient(server.credentials) })
await import('../src/kubernetes/index.ts')
globalThis.gc?.()
const heapBefore = process.memoryUsage().heapUsed
const source = createEndpointSlicesSource(
  {
    model: 'm',
    role: 'both',
    engine: 'vllm',
    address: { protocol: 'http', host: 'm.lab.svc', port: 8000, basePath: '' },
    resolve: 'endpointSlices',
  },
  views,
)
const beganAt = performance.now()
await source.start()
const listedMs = performance.now() - beganAt
globalThis.gc?.()
const kept = (process.memoryUsage().heapUsed - heapBefore) / pods

const write = await watched.promise
const changes: number[] = []
for (let version = 2; version < 32; version += 1) {
  const told = Promise.withResolvers<void>()
  const end = source.subscribe(told.resolve)
  const cpuBefore = process.cpuUsage()
  write(`${JSON.stringify({ type: 'MODIFIED', object: slice(version, version, version % 2 === 0) })}\n`)
  await told.promise
  end()
  const { user, system } = process.cpuUsage(cpuBefore)
  changes.push((user + system) / 1_000)
}
const [median = 0] = changes.toSorted((a, b) => a - b).slice(changes.length / 2)
process.stdout.write(
  `${JSON.stringify({ pods: source.snapshot().length, listedMs: Math.round(listedMs), bytesPerPod: Math.round(kept), changeCpuMs: Number(median.toFixed(1)) })}\n`,
)
await source.close()
await views.close()
await server.stop()
