import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '../harness/until.ts'
import { ApiClient } from './harness/api-client.ts'
import { startControlPlane } from './harness/control-plane.ts'
import { useKubernetes } from './harness/use-cluster.ts'

const binaries = useKubernetes()

interface Pods {
  readonly items: readonly {
    readonly spec: { nodeName?: string }
    readonly status: { conditions?: readonly { message?: string }[] }
  }[]
}

const node = (name: string, capacity: object) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] },
})

const deployment = (gpus: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `gpus-${gpus}` },
  spec: {
    selector: { matchLabels: { gpus: String(gpus) } },
    template: {
      metadata: { labels: { gpus: String(gpus) } },
      spec: {
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'engine', image: 'x', resources: { limits: { 'nvidia.com/gpu': gpus } } }],
      },
    },
  },
})

describe('a control plane for tests', () => {
  it('has controllers that make Pods and a scheduler that knows GPUs, and is gone without a trace', async () => {
    const plane = await startControlPlane({ binaries, controllers: true })
    const client = new ApiClient(plane)
    try {
      await client.post('/api/v1/nodes', node('gpu-0', { cpu: '8', memory: '64Gi', pods: '10', 'nvidia.com/gpu': '2' }))
      await client.post('/apis/apps/v1/namespaces/default/deployments', deployment(2))
      await client.post('/apis/apps/v1/namespaces/default/deployments', deployment(4))
      const podsWith = async (gpus: number) => {
        const { body } = await client.get(`/api/v1/namespaces/default/pods?labelSelector=gpus%3D${gpus}`)
        return (body as unknown as Pods).items
      }
      await until(
        async () => (await podsWith(2))[0]?.spec.nodeName === 'gpu-0',
        () => 'the Pod is on no node',
        120_000,
      )
      const refused = await until(
        async () => (await podsWith(4))[0]?.status.conditions?.find(({ message }) => message !== undefined)?.message,
        () => 'the scheduler says nothing of the Pod that fits nowhere',
        120_000,
      )
      expect(refused).toContain('Insufficient nvidia.com/gpu')
    } finally {
      await client.close()
      await plane.stop()
    }
    expect(existsSync(plane.folder)).toBe(false)
    expect(processesOf(plane.folder)).toEqual([])
  })

  it('ends with the process that started it, even when that is killed', async () => {
    const harness = join(import.meta.dirname, 'harness', 'control-plane.ts')
    const script = `const { startControlPlane } = await import(${JSON.stringify(harness)})
      const { folder } = await startControlPlane({ binaries: ${JSON.stringify(binaries)} })
      process.stdout.write(folder)
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let folder = ''
    owner.stdout.on('data', (piece) => (folder += piece))
    await until(
      () => folder !== '',
      () => 'no control plane',
      180_000,
    )
    expect(processesOf(folder).length).toBeGreaterThan(0)
    owner.kill('SIGKILL')
    await until(
      () => processesOf(folder).length === 0,
      () => processesOf(folder).join('\n'),
      60_000,
    )
    const next = await startControlPlane({ binaries })
    await next.stop()
    expect(existsSync(folder)).toBe(false)
  })
})

/** Command lines that name a folder. */
function processesOf(folder: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'args', '-ww'], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(folder))
}
