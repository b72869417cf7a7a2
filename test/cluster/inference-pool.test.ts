import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPoolsSource } from '../../src/discovery/index.ts'
import { connectToCluster, type ClusterClient, type InferencePool } from '../../src/kubernetes/index.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()
const namespace = 'pool-test'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-pool-'))
let client: ClusterClient

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectToCluster({ kubeconfig: cluster.kubeconfig, namespace }, {})
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  if (cluster.kubeconfig === '') return
  await client.close()
  const path = `/api/v1/namespaces/${namespace}`
  await cluster.client.delete(path)
  const { body } = await cluster.client.get(path)
  await cluster.client.put(`${path}/finalize`, { ...body, spec: {} })
})

const inferencePool = (app: string): InferencePool => ({
  apiVersion: 'inference.networking.k8s.io/v1',
  kind: 'InferencePool',
  metadata: { name: 'llama', namespace },
  spec: {
    selector: { matchLabels: { app } },
    targetPorts: [{ number: 8000 }],
    endpointPickerRef: { name: 'picker', port: { number: 9002 } },
  },
})

/** A Pod that says of itself what a kubelet would, since there is none. */
async function pod(name: string, app: string, podIP: string): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app } },
    spec: { nodeName: 'none', containers: [{ name: 'engine', image: 'engine' }] },
  }
  await client.create(object)
  const conditions = [{ type: 'Ready', status: 'True' }]
  const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions }
  await client.patch({ apiVersion: 'v1', kind: 'Pod', name }, { status }, { subresource: 'status' })
}

// proves B5 (real part)
it('replicas of an InferencePool follow its pods and its selector in a real cluster', async () => {
  const path = join(folder, 'pools.yaml')
  const entry = { model: 'm', engine: 'vllm', address: `http://llama.${namespace}:8000`, resolve: 'inferencePool' }
  writeFileSync(path, JSON.stringify({ version: 1, pools: [entry] }))
  await client.apply(inferencePool('one'))
  await pod('a', 'one', '10.244.0.1')
  const source = createPoolsSource({
    path,
    connect: () => connectToCluster({ kubeconfig: cluster.kubeconfig }, {}),
  })
  const replicas = () =>
    source.snapshot().map(({ id, phase, address }) => `${id} ${phase} ${address.host}:${address.port}`)
  try {
    await source.start()
    await expect.poll(replicas, { timeout: 30_000 }).toEqual(['a serving 10.244.0.1:8000'])
    await pod('b', 'one', '10.244.0.2')
    await expect.poll(replicas, { timeout: 30_000 }).toEqual(['a serving 10.244.0.1:8000', 'b serving 10.244.0.2:8000'])
    // No kubelet ends it, so it stays as one that is about to stop.
    await client.delete({ apiVersion: 'v1', kind: 'Pod', name: 'a' })
    await expect
      .poll(replicas, { timeout: 30_000 })
      .toEqual(['a draining 10.244.0.1:8000', 'b serving 10.244.0.2:8000'])
    await pod('c', 'two', '10.244.0.3')
    await client.apply(inferencePool('two'))
    await expect.poll(replicas, { timeout: 30_000 }).toEqual(['c serving 10.244.0.3:8000'])
    await client.delete({ apiVersion: 'inference.networking.k8s.io/v1', kind: 'InferencePool', name: 'llama' })
    await expect.poll(replicas, { timeout: 30_000 }).toEqual([])
  } finally {
    await source.close()
  }
})
