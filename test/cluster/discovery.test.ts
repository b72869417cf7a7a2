import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadFleet, requireFleet } from '../../src/fleet/index.ts'
import { connectToCluster, type ClusterClient, type Pod, type Role } from '../../src/kubernetes/index.ts'
import { makePlan } from '../../src/plan/index.ts'
import { findRenderer } from '../../src/targets/index.ts'
import { until } from '../harness/until.ts'
import { rightsGiven, rightsRefused, rightsUsed, without } from './controller/rights.ts'
import { auditedRequests, auditFileIn } from './harness/audit.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'cpu-0' }] })
const namespace = 'lab'
const withinMs = 120_000
const key = 'sk-0123456789abcdef0123456789abcdef'
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }

const fleetText = `name: lab
models:
  - name: m
    engine: simulated
    simulated: { tokensPerSecond: 50 }
    minReplicas: 2
    maxReplicas: 2
access:
  keys:
    - { name: test, scopes: [inference, admin], value: { secretRef: { name: lab-key, key: key } } }
targets: { default: kubernetes, kubernetes: { namespace: ${namespace}, monitoring: none } }
`

let client: ClusterClient
let service = ''
let admin = ''

beforeAll(async () => {
  client = await connectToCluster({ kubeconfig: cluster().kubeconfig, namespace }, {})
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: 'kubernetes' }))
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true, files: {} }
  const rendering = findRenderer('kubernetes')?.render(makePlan(fleet, { target: 'kubernetes' }), options)
  for (const artifact of rendering?.artifacts ?? []) {
    if (artifact.kind === 'object') await client.apply(artifact.object)
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'lab-key' }, stringData: { key } }
  await client.apply(secret)
  for (const name of ['lab-m', 'lab-gateway']) {
    await cluster().kubectl('rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=180s')
  }
  service = await cluster().forward(`lab.${namespace}.svc`, 8080)
  const [gateway] = await pods('fairlead-gateway')
  admin = await cluster().forward(gateway?.status?.podIP ?? '', 8081)
}, 300_000)
afterAll(() => client?.close())

async function pods(name: string): Promise<Pod[]> {
  const labelSelector = `app.kubernetes.io/name=${name}`
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector })
  return items.map((item) => item as unknown as Pod)
}

interface Load {
  readonly replicas: readonly { readonly id: string; readonly phase: string; readonly ready: boolean }[]
}
async function replicas(): Promise<readonly string[]> {
  const answer = await fetch(`http://${admin}/admin/v1/load`, { headers })
  const { replicas: all } = (await answer.json()) as Load
  return all.map(({ id, phase, ready }) => `${id} ${phase}${ready ? '' : ' (not ready)'}`).toSorted()
}

/** Waits until the gateway has just these replicas. */
async function untilReplicas(expected: () => Promise<readonly string[]>): Promise<void> {
  let seen: readonly string[] = []
  let wanted: readonly string[] = []
  await until(
    async () => {
      ;[seen, wanted] = await Promise.all([replicas(), expected()])
      return seen.join() === wanted.join()
    },
    () => `the gateway has ${seen.join(', ')} in place of ${wanted.join(', ')}\n${cluster().log()}`,
    withinMs,
  )
}
const engines = async (): Promise<readonly string[]> =>
  (await pods('fairlead-engine'))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => `${metadata.name} serving`)
    .toSorted()

/** One stream of some 20 tokens, to its end. */
async function stream(): Promise<string> {
  const answer = await fetch(`http://${service}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'm', stream: true, max_tokens: 20, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const text = await answer.text()
  return answer.status === 200 && text.includes('data: [DONE]') ? 'whole' : `${answer.status} ${text.slice(-300)}`
}

/** Streams by several clients at once, until it is stopped; says what was not whole. */
function load(clients: number) {
  const problems: string[] = []
  const stopping = new AbortController()
  let whole = 0
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const outcome = await stream().catch((error: Error) => String(error.cause ?? error))
      if (outcome === 'whole') whole += 1
      else problems.push(outcome)
    }
  }
  const running = Array.from({ length: clients }, run)
  return {
    async more(count: number): Promise<void> {
      const goal = whole + count
      await until(
        async () => whole >= goal || problems.length > 0,
        () => `only ${whole} streams`,
        withinMs,
      )
    },
    async stop(): Promise<readonly string[]> {
      stopping.abort()
      await Promise.all(running)
      return problems
    },
  }
}

/** The API server's process, which is a child of the cluster's own. */
function apiServer(): number {
  const found = readdirSync('/proc').find((name) => {
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return line.split('\0')[0]?.endsWith('/kube-apiserver') === true && line.includes(cluster().folder)
    } catch {
      return false
    }
  })
  return Number(found)
}

const scale = (count: number) =>
  client.patch({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'lab-m' }, { spec: { replicas: count } })

// proves C7 (real part)
describe('a gateway in a cluster', () => {
  it('knows engines by the names of their pods, with no right but to follow EndpointSlices', async () => {
    await untilReplicas(engines)
    expect(await engines()).toHaveLength(2)
    const account = ['--as', `system:serviceaccount:${namespace}:lab-gateway`, '-n', namespace]
    const can = (...question: string[]) =>
      cluster()
        .kubectl('auth', 'can-i', ...question, ...account)
        .catch(() => 'no')
    expect((await can('watch', 'endpointslices.discovery.k8s.io')).trim()).toBe('yes')
    for (const question of [
      ['get', 'secrets'],
      ['list', 'pods'],
      ['update', 'endpointslices.discovery.k8s.io'],
    ]) {
      expect(await can(...question)).toBe('no')
    }
  })

  it('has a log that is read by lines, to its end and as it grows', async () => {
    const [gateway] = await pods('fairlead-gateway')
    const pod = gateway?.metadata.name ?? ''
    const last: string[] = []
    for await (const line of client.logs({ pod, container: 'gateway', tailLines: 2 })) last.push(line)
    expect(last).toHaveLength(2)
    const stopping = new AbortController()
    const followed: string[] = []
    const following = (async () => {
      for await (const line of client.logs({ pod, tailLines: 1, follow: true, signal: stopping.signal })) {
        followed.push(line)
      }
    })()
    await until(
      async () => {
        await stream()
        return followed.length > 1
      },
      () => `only ${followed.join()}`,
      withinMs,
    )
    stopping.abort()
    await following
    expect(followed.every((line) => line.startsWith('{'))).toBe(true)
  })

  it('is reached by a port of this machine', async () => {
    const [gateway] = await pods('fairlead-gateway')
    const forward = await client.portForward({ pod: gateway?.metadata.name ?? '', port: 8081 })
    const answer = await fetch(`http://127.0.0.1:${forward.localPort}/livez`)
    expect(answer.status).toBe(200)
    await forward.close()
  })

  it('loses no stream while pods come, go and are replaced', async () => {
    const running = load(4)
    await running.more(8)
    await scale(3)
    await until(
      async () => (await engines()).length === 3,
      () => 'no third pod',
      withinMs,
    )
    await untilReplicas(engines)
    await running.more(8)
    await scale(1)
    await until(
      async () => (await engines()).length === 1,
      () => 'pods stay',
      withinMs,
    )
    await untilReplicas(engines)
    await running.more(8)
    await cluster().kubectl('rollout', 'restart', 'deployment/lab-m', '-n', namespace)
    await cluster().kubectl('rollout', 'status', 'deployment/lab-m', '-n', namespace, '--timeout=120s')
    await untilReplicas(engines)
    await running.more(8)
    expect(await running.stop()).toEqual([])
  })

  it('serves on while the API server hangs, and knows what happened once it answers', async () => {
    const server = apiServer()
    const before = await replicas()
    process.kill(server, 'SIGSTOP')
    try {
      const running = load(2)
      await running.more(10)
      expect(await running.stop()).toEqual([])
      expect(await replicas()).toEqual(before)
    } finally {
      process.kill(server, 'SIGCONT')
    }
    const [pod] = await pods('fairlead-engine')
    await client.delete({ apiVersion: 'v1', kind: 'Pod', name: pod?.metadata.name ?? '' })
    await untilReplicas(async () => (await engines()).filter((name) => !name.startsWith(`${pod?.metadata.name} `)))
  })

  // proves D4 (real part)
  it('has used every right of its Role, and was refused nothing', async () => {
    const ref = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name: 'lab-gateway' }
    const { rules } = (await client.get(ref)) as unknown as Role
    const asked = auditedRequests(auditFileIn(join(cluster().folder, 'plane')), namespace, 'lab-gateway')
    expect(without(rightsGiven(rules), rightsUsed(asked))).toEqual([])
    expect(rightsGiven(rules).size).toBeGreaterThan(0)
    expect(rightsRefused(asked)).toEqual([])
  })
})
