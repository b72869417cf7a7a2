import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectToCluster, startReflector, type ClusterClient } from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts'
import { useKubernetes } from './harness/use-cluster.ts'

const binaries = useKubernetes()
let plane: ControlPlane | undefined
let client: ClusterClient
let successor: ChildProcess | undefined

beforeAll(async () => {
  if (binaries === '') return
  plane = await startControlPlane({ binaries })
  client = await connectToCluster({ kubeconfig: plane.kubeconfig }, {})
})
afterAll(async () => {
  await client?.close()
  successor?.kill('SIGKILL')
  await plane?.stop()
})

/** The API server: its number and its command line. */
function apiServer(): { readonly pid: number; readonly command: readonly string[] } {
  for (const name of readdirSync('/proc')) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1)
      const isIt = command[0]?.endsWith('/kube-apiserver') === true
      if (isIt && command.join(' ').includes(plane?.folder ?? '?')) return { pid: Number(name), command }
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('there is no API server')
}

const configMap = (index: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `kept-${index}`, namespace: 'default', labels: { test: 'restart' } },
  data: { index: String(index) },
})
const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', labelSelector: 'test=restart' }

describe('an API server that is killed and comes back', () => {
  it('breaks no apply that is under way, and nobody who follows its objects misses one', async () => {
    const seen = new Map<string, string>()
    const problems: (string | null)[] = []
    const reflector = startReflector({
      client,
      query,
      select: ({ data }) => (data as Record<string, string>)['index'],
      onProblem: (problem) => problems.push(problem?.message ?? null),
      backoffMs: [50, 500],
    })
    reflector.subscribe((changes) => {
      for (const change of changes) seen.set(change.key, change.kind === 'put' ? change.value : 'gone')
    })
    await reflector.synced
    const applied: string[] = []
    const applying = (async () => {
      for (let index = 0; index < 60; index += 1) {
        const { metadata } = await client.apply(configMap(index))
        applied.push(metadata.name)
      }
    })()
    await until(
      () => applied.length >= 20,
      () => `${applied.length} applied`,
    )
    const { pid, command } = apiServer()
    process.kill(pid, 'SIGKILL')
    await until(
      () => problems.some((problem) => problem !== null),
      () => 'nobody notices',
      30_000,
    )
    const known = [...reflector.values()].length
    const [program = '', ...args] = command
    successor = spawn(program, args, { stdio: 'ignore' })
    await applying
    expect(applied).toHaveLength(60)
    expect(known).toBeGreaterThanOrEqual(20)
    await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'kept-0' })
    await until(
      () => seen.get('default/kept-0') === 'gone' && reflector.size === 59,
      () => `${reflector.size} are known; ${JSON.stringify(problems)}`,
      60_000,
    )
    expect(problems.at(-1)).toBeNull()
    await reflector.close()
  })
})
