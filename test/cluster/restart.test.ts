import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPoolsSource, type Replica, type ReplicaSource } from '../../src/discovery/index.ts'
import type { UserError } from '../../src/errors/index.ts'
import { startTestGateway, type TestGateway } from '../../src/gateway/testing/harness.ts'
import { answerJson, startUpstream, type ProgrammableUpstream } from '../../src/gateway/testing/upstream.ts'
import {
  connectToCluster,
  startReflector,
  type ClusterClient,
  type KubernetesObject,
} from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts'
import { writeKubeconfig } from './harness/kubeconfig.ts'
import { useKubernetes } from './harness/use-cluster.ts'
import { countingServer } from './operate/counting-server.ts'
import { contextOf, smallFleet, sourceOf, targetOver } from './operate/operator.ts'

const binaries = useKubernetes()
let plane: ControlPlane
let client: ClusterClient
const successors: ChildProcess[] = []

beforeAll(async () => {
  if (binaries === '') return
  plane = await startControlPlane({ binaries })
  client = await connectToCluster({ kubeconfig: plane.kubeconfig }, {})
})
afterAll(async () => {
  if (plane === undefined) return
  await client.close()
  for (const successor of successors) successor.kill('SIGKILL')
  await plane.stop()
})

/** The API server: its number and its command line. */
function apiServer(): { readonly pid: number; readonly command: readonly string[] } {
  for (const name of readdirSync('/proc')) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1)
      const isIt = command[0]?.endsWith('/kube-apiserver') === true
      if (isIt && command.join(' ').includes(plane.folder)) return { pid: Number(name), command }
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('there is no API server')
}

/** Whether a port can be listened at: a process that is killed holds it for a moment still. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** Kills the API server; resolves to what starts another one in its place. */
async function killServer(): Promise<() => void> {
  const { pid, command } = apiServer()
  process.kill(pid, 'SIGKILL')
  const { port } = new URL(plane.url)
  await until(
    () => isFree(Number(port)),
    () => `port ${port} is still held`,
  )
  const [program = '', ...args] = command
  return () => {
    const log = openSync(successorLog(), 'a')
    successors.push(spawn(program, args, { stdio: ['ignore', log, log] }))
    closeSync(log)
  }
}

const successorLog = () => join(plane.folder, 'successors.log')

/** Waits for the API server as long as a busy machine takes to start one. */
const untilServed = () =>
  until(
    () =>
      client.serverVersion().then(
        () => true,
        () => false,
      ),
    () => `the API server does not come back:\n${readFileSync(successorLog(), 'utf8').slice(-2_000)}`,
    180_000,
  )

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
    const startAgain = await killServer()
    await until(
      () => problems.some((problem) => problem !== null),
      () => 'nobody notices',
      30_000,
    )
    const known = [...reflector.values()].length
    startAgain()
    await applying
    await untilServed()
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

  // proves B7 (real part)
  it.each([
    ['while apply compares', 0],
    ['at the lock of apply', 2],
    ['in the middle of the objects of apply', 7],
  ])('%s lets it go on or says what the cluster said, and a second apply converges', async (_when, n) => {
    const namespace = `server-killed-${n}`
    const way = await countingServer(plane)
    const kubeconfig = writeKubeconfig(plane.folder, namespace, { ...plane, url: way.url })
    const operator = await connectToCluster({ kubeconfig }, {})
    try {
      const source = sourceOf(smallFleet({ namespace, models: 'small,other' }))
      let isKilled = false
      const restart = async () => {
        const startAgain = await killServer()
        isKilled = true
        startAgain()
      }
      way.holdAt(n, restart)
      const applying = targetOver(operator)
        .apply(source, contextOf())
        .then(
          () => 'done',
          ({ message, parts }: UserError) => `${message}: ${parts.why}`,
        )
      if (n === 0) await restart()
      const outcome = await applying
      expect(isKilled).toBe(true)
      expect(outcome).toMatch(/^(done$|The cluster (cannot be reached|did not answer in time))/)
      await untilServed()
      const target = targetOver(client)
      await target.apply(source, contextOf())
      expect((await target.plan(source, {})).hasChanges).toBe(false)
      const { items } = await client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace })
      expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual(['lab-gateway', 'lab-other', 'lab-small'])
    } finally {
      await operator.close()
      await way.close()
    }
  })
})

const hourMs = 3_600_000

/** A clock by which a pause of half a minute is over at once. */
function hastyClock() {
  let elapsedMs = 0
  return {
    now: () => elapsedMs,
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      elapsedMs += ms
      await delay(2, undefined, { signal }).catch(() => undefined)
    },
  }
}

/** Engines by the addresses of their pods: an API server takes none of 127.0.0.0/8. */
class PlacedEngines {
  readonly engines = new Map<string, ProgrammableUpstream>()

  async start(...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) this.engines.set(address, await startUpstream(answerJson({ ok: address })))
  }

  /** What a source says, at the ports of this machine. */
  placed(source: ReplicaSource): ReplicaSource {
    const here = (replica: Replica): Replica => {
      const port = this.engines.get(replica.address.host)?.port ?? 1
      return { ...replica, address: { ...replica.address, host: '127.0.0.1', port } }
    }
    return { ...source, snapshot: () => source.snapshot().map(here) }
  }

  async stop(): Promise<void> {
    for (const engine of this.engines.values()) await engine.kill()
  }
}

const sliceOf = (...addresses: readonly string[]): KubernetesObject =>
  ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'hour-m', namespace: 'default', labels: { 'kubernetes.io/service-name': 'hour-m' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8000, protocol: 'TCP' }],
    endpoints: addresses.map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: 'Pod', name: `m-${address.replaceAll('.', '-')}`, namespace: 'default', uid: address },
    })),
  }) as KubernetesObject

/** Asks a gateway without a pause; what was not answered well, and who answered. */
function clientsOf(gateway: TestGateway) {
  const problems: string[] = []
  const answered = new Map<string, number>()
  const over = new AbortController()
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] })
  const run = async () => {
    while (!over.signal.aborted) {
      const answer = await gateway.ask('/v1/chat/completions', body).catch(String)
      if (typeof answer === 'string' || answer.status !== 200) {
        problems.push(typeof answer === 'string' ? answer : `${answer.status} ${answer.body}`)
        continue
      }
      const { ok } = JSON.parse(answer.body.toString()) as { readonly ok: string }
      answered.set(ok, (answered.get(ok) ?? 0) + 1)
    }
  }
  const running = [run(), run()]
  return {
    problems,
    answered,
    /** Waits until each of them has answered again. */
    async allAnswer(...addresses: readonly string[]): Promise<void> {
      const before = new Map(answered)
      await until(
        () => addresses.every((address) => (answered.get(address) ?? 0) > (before.get(address) ?? 0)),
        () => `${JSON.stringify([...answered])}; ${problems.join('\n')}`,
      )
    },
    async stop(): Promise<void> {
      over.abort()
      await Promise.all(running)
    },
  }
}

// proves C7, Q6 (real part)
describe('an API server that is away for an hour', () => {
  it('disturbs no request of a gateway, which has what happened once it is back', async () => {
    const engines = new PlacedEngines()
    await engines.start('10.9.0.1', '10.9.0.2', '10.9.0.3')
    await client.apply(sliceOf('10.9.0.1', '10.9.0.2'))
    const path = join(plane.folder, 'pools.json')
    const address = 'http://hour-m.default.svc:8000'
    writeFileSync(
      path,
      JSON.stringify({ version: 1, pools: [{ model: 'm', engine: 'vllm', address, resolve: 'endpointSlices' }] }),
    )
    const clock = hastyClock()
    const problems: (string | null)[] = []
    const source = createPoolsSource({
      path,
      connect: () => connectToCluster({ kubeconfig: plane.kubeconfig }, {}),
      onClusterProblem: (_what, problem) => problems.push(problem),
      clock,
    })
    const model = { name: 'm', engine: 'vllm', source: 'hf://owner/name', context: 4096 }
    const gateway = await startTestGateway({ models: [model] }, { source: engines.placed(source) })
    const replicas = async () =>
      (await gateway.load()).replicas.map(({ id, phase, ready }) => `${id} ${phase} ${ready}`)
    await until(
      async () => (await replicas()).filter((replica) => replica.endsWith('serving true')).length === 2,
      () => `the gateway has no replicas: ${problems.join()}`,
    )
    const before = await replicas()
    const clients = clientsOf(gateway)
    try {
      await clients.allAnswer('10.9.0.1', '10.9.0.2')
      const beganAt = clock.now()
      const startAgain = await killServer()
      await until(
        () => clock.now() - beganAt >= hourMs,
        () => `${clock.now() - beganAt} ms have passed: ${problems.join()}`,
        120_000,
      )
      expect(problems.at(-1)).toEqual(expect.any(String))
      await clients.allAnswer('10.9.0.1', '10.9.0.2')
      expect(await replicas()).toEqual(before)
      startAgain()
      await untilServed()
      await client.apply(sliceOf('10.9.0.2', '10.9.0.3'))
      await until(
        async () => {
          const now = (await replicas()).join()
          return now.includes('m-10-9-0-3 serving true') && !now.includes('m-10-9-0-1')
        },
        () => `the gateway does not know what happened: ${problems.join()}`,
        120_000,
      )
      await clients.allAnswer('10.9.0.2', '10.9.0.3')
      expect(problems.at(-1)).toBeNull()
    } finally {
      await clients.stop()
      await gateway.close()
      await engines.stop()
    }
    expect(clients.problems).toEqual([])
    expect(clients.answered.size).toBe(3)
  })
})
