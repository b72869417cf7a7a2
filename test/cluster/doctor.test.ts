import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectToCluster, type ClusterClient } from '../../src/kubernetes/index.ts'
import { readFleet } from '../../src/operate/index.ts'
import { examine, type CheckResult } from '../../src/operate/doctor/index.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()
const namespace = 'doctor-test'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-doctor-'))
const fleetFile = join(folder, 'fleet.yaml')
writeFileSync(
  fleetFile,
  `name: sick
access: { keys: [{ name: team, value: { secretRef: { name: keys, key: team } } }] }
models: [{ name: llama, source: "hf://meta-llama/Llama-3.1-8B-Instruct", engine: vllm, context: 8k, hardware: { gpu: l40s } }]
targets: { default: kubernetes, kubernetes: { namespace: ${namespace}, monitoring: none } }
`,
)
let client: ClusterClient
beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectToCluster({ kubeconfig: cluster.kubeconfig, namespace }, {})
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})
afterAll(async () => {
  await client?.delete({ apiVersion: 'v1', kind: 'Node', name: 'doctor-gpu' })
  await client?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await client?.close()
  rmSync(folder, { recursive: true })
})

async function look(kubeconfig = cluster.kubeconfig): Promise<readonly CheckResult[]> {
  const read = await readFleet(fleetFile, {}, { purpose: 'kubernetes' })
  return examine(read, 'kubernetes', {
    environment: {},
    signal: new AbortController().signal,
    version: '0.1.0',
    folder,
    cluster: { kubeconfig },
  })
}
const find = (results: readonly CheckResult[], id: string) => results.find((result) => result.id === id)
const status = { fieldManager: 'doctor-test', subresource: 'status' }

// proves B8 (real part)
describe('the doctor over a real API server', () => {
  it('sees what an empty cluster lacks, and asks about every right', async () => {
    const results = await look()
    expect(find(results, 'cluster.version')).toMatchObject({ state: 'ok', detail: expect.stringContaining('v1.') })
    expect(find(results, 'cluster.namespace')).toMatchObject({ state: 'ok', detail: namespace })
    expect(find(results, 'cluster.kinds')?.state).toBe('ok')
    expect(find(results, 'cluster.rights')?.state).toBe('ok')
    expect(find(results, 'cluster.gpus')).toMatchObject({
      state: 'failed',
      detail: 'no ready node offers nvidia.com/gpu',
    })
    expect(find(results, 'cluster.gpu-type')).toMatchObject({ state: 'not-checked', detail: 'waits for cluster.gpus' })
    expect(find(results, 'cluster.secrets')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('Secret keys (team)'),
    })
    expect(find(results, 'cluster.pods-scheduled')?.state).toBe('not-applicable')
  })

  it('sees it mended, and a pod that cannot be placed in the scheduler’s words', async () => {
    await client.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace },
      stringData: { team: 'k' },
    } as never)
    await client.apply({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'doctor-gpu',
        labels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S', 'nvidia.com/gpu.present': 'true' },
      },
    })
    await client.patch(
      { apiVersion: 'v1', kind: 'Node', name: 'doctor-gpu' },
      {
        status: {
          capacity: { 'nvidia.com/gpu': '4' },
          allocatable: { 'nvidia.com/gpu': '4' },
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              reason: 'x',
              message: '',
              lastHeartbeatTime: '2026-01-01T00:00:00Z',
              lastTransitionTime: '2026-01-01T00:00:00Z',
            },
          ],
        },
      },
      status,
    )
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'stuck' }
    const spec = {
      containers: [{ name: 'engine', image: 'engine' }],
      nodeSelector: { nowhere: 'true' },
      automountServiceAccountToken: false,
    }
    await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
    await client.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stuck', namespace, labels: { 'fairlead.dev/fleet': 'sick' } },
      spec,
    } as never)
    const message = '0/1 nodes are available: 1 node(s) didn’t match Pod’s node affinity/selector.'
    await client.patch(
      ref,
      { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] } },
      status,
    )
    const results = await look()
    expect(find(results, 'cluster.gpus')).toMatchObject({ state: 'ok' })
    expect(find(results, 'cluster.gpu-type')).toMatchObject({ state: 'ok', detail: 'NVIDIA-L40S' })
    expect(find(results, 'cluster.secrets')?.state).toBe('ok')
    expect(find(results, 'cluster.pods-scheduled')).toMatchObject({
      state: 'failed',
      detail: `stuck: ${message}`,
      mend: expect.stringContaining('placement'),
    })
  })

  it('names what somebody without rights may not do', async () => {
    const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: object }[] }
    for (const entry of config.users) Object.assign(entry.user, { as: 'nobody-at-all' })
    const path = join(folder, 'nobody.yaml')
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
    const rights = find(await look(path), 'cluster.rights')
    expect(rights).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/you may not .*deployments\.apps.*list pods/),
    })
  })
})
