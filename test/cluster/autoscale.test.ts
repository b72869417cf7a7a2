import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fleetSchema } from '../../src/fleet/index.ts'
import {
  connectToCluster,
  objectLabels,
  type ClusterClient,
  type KubernetesObject,
} from '../../src/kubernetes/index.ts'
import { loadReportSchema } from '../../src/observe/report/index.ts'
import { ClusterScaler, readLoadOf, scaleCluster, whoScales } from '../../src/operate/autoscale/index.ts'
import { until } from '../harness/until.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()
const namespace = 'autoscale-test'
let client: ClusterClient

const fleet = fleetSchema.parse({
  name: 'lab',
  targets: { default: 'kubernetes', kubernetes: { gpuQuota: 6 } },
  autoscale: { upAfter: '0s', downAfter: '0s', toZeroAfter: '0s', queuePerReplica: 2 },
  models: [
    { name: 'org/small', engine: 'simulated', minReplicas: 0, maxReplicas: 4, maxInFlight: 2 },
    { name: 'kept', engine: 'simulated', minReplicas: 1, maxReplicas: 4, autoscale: { by: 'hpa' } },
  ],
})

const workload = (model: string, replicas: number): KubernetesObject => {
  const labels = objectLabels({ fleet: 'lab', component: 'engine', model, role: 'both' })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `lab-${model}`, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: { app: model } },
      template: { metadata: { labels: { app: model } }, spec: { containers: [{ name: 'engine', image: 'engine' }] } },
    },
  } as KubernetesObject
}
const gatewayPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'lab-gateway-0', namespace, labels: objectLabels({ fleet: 'lab', component: 'gateway' }) },
  spec: { containers: [{ name: 'gateway', image: 'gateway' }] },
} as KubernetesObject
const refOf = (model: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: `lab-${model}` })
const replicasOf = async (model: string) =>
  ((await client.get(refOf(model)))?.['spec'] as { readonly replicas: number } | undefined)?.replicas

/** A report of a gateway before which so many wait. */
const reportWith = (waiting: number, arrivals: number) =>
  loadReportSchema.parse({
    version: 1,
    gatewayVersion: '0',
    fleet: 'lab',
    draining: false,
    replicas: [],
    queues: [{ model: 'org/small', length: waiting, tokens: 0, oldestMs: 0, drainPerSecond: null, priorities: [] }],
    models: [{ model: 'org/small', arrivals, ended: 0, tokens: 0, ttft: { bounds: [1], counts: [0, 0] } }],
  })

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectToCluster({ kubeconfig: cluster.kubeconfig }, {})
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await client.apply(workload('org-small', 0))
  await client.apply(workload('kept', 1))
  // Pods are refused before their account is there.
  await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
  await client.create(gatewayPod)
  const status = { phase: 'Running', podIP: '10.0.0.9' }
  await client.patch(
    { apiVersion: 'v1', kind: 'Pod', namespace, name: 'lab-gateway-0' },
    { status },
    { subresource: 'status' },
  )
})
afterAll(async () => {
  if (cluster.kubeconfig === '') return
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await client.close()
})

// proves B11 (real part)
describe('scaling over a real API server', () => {
  it('sets replicas by the scale subresource, from zero and to zero, and leaves those of others alone', async () => {
    const asked: string[] = []
    let waiting = 5
    const admin = createServer((request, response) => {
      if (request.headers.authorization === 'Bearer secret') response.end(JSON.stringify(reportWith(waiting, waiting)))
      else response.writeHead(401).end()
    })
    await new Promise<void>((resolve) => {
      admin.listen(0, '127.0.0.1', resolve)
    })
    const { port } = admin.address() as AddressInfo
    const stopping = new AbortController()
    expect(await readLoadOf(async () => undefined, port)('127.0.0.1', stopping.signal)).toBeNull()
    const scaler = new ClusterScaler({
      client,
      namespace,
      fleet: () => fleet,
      // No pod of this test has an address that answers.
      readLoad: (address, signal) => {
        asked.push(address)
        return readLoadOf(async () => 'secret', port)('127.0.0.1', signal)
      },
      signal: stopping.signal,
    })
    expect(await scaler.gpus()).toBe(6)
    const problems: unknown[] = []
    const running = scaleCluster({
      scaler,
      fleet: () => fleet,
      onRound: () => {},
      onProblem: (problem) => void problems.push(problem),
      signal: stopping.signal,
    })
    await until(
      async () => (await replicasOf('org-small')) === 3,
      () => `three replicas; ${String(problems)}`,
    )
    waiting = 0
    await until(
      async () => (await replicasOf('org-small')) === 0,
      () => `no replica; ${String(problems)}`,
    )
    stopping.abort()
    await running
    admin.close()
    expect(problems).toEqual([])
    expect(new Set(asked)).toEqual(new Set(['10.0.0.9']))
    expect(await replicasOf('kept')).toBe(1)
  })

  it('removes nothing while a gateway does not answer', async () => {
    await client.patch(refOf('org-small'), { spec: { replicas: 2 } })
    const stopping = new AbortController()
    const scaler = new ClusterScaler({
      client,
      namespace,
      fleet: () => fleet,
      readLoad: async () => null,
      signal: stopping.signal,
    })
    const reasons: string[] = []
    const running = scaleCluster({
      scaler,
      fleet: () => fleet,
      onRound: ([first]) => {
        reasons.push(first?.decision.reason ?? '')
        if (reasons.length === 2) stopping.abort()
      },
      onProblem: (error) => reasons.push(String(error)),
      signal: stopping.signal,
    })
    await running
    expect(reasons).toEqual(['no_readings', 'no_readings'])
    expect(await replicasOf('org-small')).toBe(2)
  })

  it('says who scales on other targets', () => {
    expect(whoScales('kubernetes')).toBeNull()
    expect(whoScales('kserve')).toContain('KServe scales its services itself')
    expect(whoScales('llmd')).toContain('HorizontalPodAutoscaler or KEDA')
  })
})
