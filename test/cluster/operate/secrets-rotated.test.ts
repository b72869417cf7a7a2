import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../../src/cli/testing/run-in-process.ts'
import type { ClusterClient } from '../../../src/kubernetes/index.ts'
import type { Target } from '../../../src/operate/index.ts'
import { until } from '../../harness/until.ts'
import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { connectAs, contextOf, sourceOf, targetOver } from './operator.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'cpu-0' }] })
const withinMs = 180_000
const folder = mkdtempSync(join(tmpdir(), 'fairlead-rotated-'))
let client: ClusterClient
let target: Target
let kubeconfig: string

beforeAll(async () => {
  let running
  try {
    running = cluster()
  } catch {
    // The tests skip and say why.
    return
  }
  kubeconfig = running.kubeconfig
  client = await connectAs(running, 'rotated')
  target = targetOver(client)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await client?.close()
})

const fleet = `name: rotating
models: [{ name: small, engine: simulated }]
access:
  keys:
    - { name: mounted, value: { secretRef: { name: rotating-keys, key: mounted } } }
    - { name: variable, value: { env: VARIABLE_KEY } }
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
targets:
  default: kubernetes
  kubernetes: { namespace: rotated, monitoring: none, networkPolicy: false }
`

async function cli(line: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  writeFileSync(join(folder, 'fleet.yaml'), fleet)
  const env = { HOME: folder, PATH: '', KUBECONFIG: kubeconfig }
  const { code, stdout, stderr } = await runCli(line.split(' '), { cwd: folder, env })
  expect([line, code, stderr]).toEqual([line, 0, expect.any(String)])
  return { stdout, stderr }
}

/** What the gateway answers to a key, by its status. */
async function answerTo(key: string): Promise<number> {
  const ending = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const forwarding = target.portForward('rotating', {}, { signal: ending.signal, onListening: resolve })
  forwarding.catch(() => undefined)
  try {
    const address = await Promise.race([promise, forwarding.then(() => '')])
    const { status } = await fetch(`${address}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    return status
  } finally {
    ending.abort()
    await forwarding.catch(() => undefined)
  }
}

async function untilAnswered(key: string, status: number): Promise<void> {
  let last: unknown
  await until(
    async () => {
      last = await answerTo(key).catch((error: unknown) => error)
      return last === status
    },
    () => `the gateway answers ${String(last)} and not ${status}`,
    withinMs,
  )
}

/** Names of the gateway's pods, without those that are ending. */
async function gateways(): Promise<readonly string[]> {
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'rotated' })
  const names = items.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [metadata.name] : []))
  return names.filter((name) => name.startsWith('rotating-gateway-'))
}

// proves B7 (real part)
describe('a key that is rotated while its Fleet runs', () => {
  it('takes force in the gateway by itself where it is a file, and with --restart where it is a variable', async () => {
    const mounted = (await cli('secrets rotate rotating-keys mounted')).stdout.trim()
    const variable = (await cli('secrets rotate VARIABLE_KEY')).stdout.trim()
    await target.apply(sourceOf(fleet), { ...contextOf({ wait: true }), timeoutMs: withinMs })
    expect([await answerTo(mounted), await answerTo(variable)]).toEqual([200, 200])

    const nextMounted = (await cli('secrets rotate rotating-keys mounted --restart')).stdout.trim()
    await untilAnswered(nextMounted, 200)
    expect(await answerTo(mounted)).toBe(401)
    const [before = ''] = await gateways()
    expect(before).not.toBe('')

    const { stdout, stderr } = await cli('secrets rotate VARIABLE_KEY')
    expect(stderr).toContain('gateway reads it when it starts: fairlead restart gateway --fleet rotating')
    expect([await answerTo(variable), await answerTo(stdout.trim())]).toEqual([200, 401])
    const last = await cli('secrets rotate VARIABLE_KEY --restart')
    expect(last.stderr).toContain('restarted Deployment rotating-gateway')
    await untilAnswered(last.stdout.trim(), 200)
    expect(await answerTo(variable)).toBe(401)
    // Only the last of these replaced a pod.
    expect(await gateways()).not.toContain(before)
  })
})
