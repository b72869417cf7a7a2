import { Readable, Writable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterClient, KubernetesObject } from '../../../src/kubernetes/index.ts'
import type { FleetEvent, FleetStatus, LogLine, Target } from '../../../src/operate/index.ts'
import { readGpus } from '../../../src/operate/gpu/index.ts'
import { until } from '../../harness/until.ts'
import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operator.ts'

// Pods are processes of this machine: engines are Fairlead's simulated one, the gateway is the real one.
const cluster = useRunningCluster({ nodes: [{ name: 'gpu-0', gpus: 2, gpuProduct: 'NVIDIA-L40S' }, { name: 'cpu-0' }] })
const withinMs = 180_000

let client: ClusterClient
let target: Target
beforeAll(async () => {
  let running
  try {
    running = cluster()
  } catch {
    // The tests skip and say why.
    return
  }
  client = await connectAs(running, 'live')
  target = targetOver(client)
})
afterAll(() => client?.close())

/** Applies and waits for everything, within a time that only a failure takes. */
const whole = (options: object = {}) => ({ ...contextOf({ wait: true, smoke: true, ...options }), timeoutMs: withinMs })

async function statusThat(fleet: string, isSo: (status: FleetStatus) => boolean): Promise<FleetStatus> {
  let last: FleetStatus | undefined
  await until(
    async () => {
      last = await target.status(fleet, {})
      return isSo(last)
    },
    () => JSON.stringify(last, undefined, 1),
    withinMs,
  )
  if (last === undefined) throw new Error('no status')
  return last
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
const never = new AbortController().signal

/** What is written, as text. */
function collecting(): Writable & { text(): string } {
  const pieces: Buffer[] = []
  const stream = new Writable({ write: (bytes: Buffer, _encoding, done) => (pieces.push(bytes), done()) })
  return Object.assign(stream, { text: () => Buffer.concat(pieces).toString() })
}

// proves B7 (real part)
describe('a Fleet on a cluster that runs it', () => {
  const namespace = 'live'
  const source = sourceOf(smallFleet({ namespace, name: 'day' }))

  it('is applied, waited for, and answers through its gateway', async () => {
    const context = whole()
    let told: FleetStatus | undefined
    await target.apply(source, { ...context, onReady: (status) => (told = status) })
    expect(context.told).toContainEqual(expect.stringMatching(/^model small: ready/))
    expect(context.told.at(-1)).toMatch(/^Ask small by http:\/\/day\.live\.svc:8080: answered in/)
    expect(told).toMatchObject({
      running: true,
      gateway: { state: 'ready', address: 'http://day.live.svc:8080' },
      pools: [{ model: 'small', wanted: 1, ready: 1, updated: 1, object: 'Deployment day-small' }],
      problems: [],
      cluster: { namespace: 'live', revision: 1, isSettled: true },
    })
    expect(told?.replicas).toMatchObject([{ model: 'small', engine: 'simulated', state: 'ready', starts: 1 }])
    expect(await target.list({})).toEqual(['day'])
  })

  it('tells its logs and its events, by model and for the gateway', async () => {
    const all = await collect<LogLine>(target.logs('day', {}, { follow: false, tail: 50, signal: never }))
    expect(new Set(all.map(({ source: pod }) => pod.replace(/-[^-]+-[^-]+$/, '')))).toEqual(
      new Set(['day-gateway', 'day-small']),
    )
    const events = await collect<FleetEvent>(
      target.events('day', {}, { subject: 'small', follow: false, signal: never }),
    )
    expect(events.map(({ reason }) => reason)).toContain('Scheduled')
    expect(events.some(({ subject }) => subject.includes('gateway'))).toBe(false)
    const wrong = collect(target.logs('day', {}, { subject: 'large', follow: false, tail: 5, signal: never }))
    await expect(wrong).rejects.toMatchObject({ parts: { mend: expect.stringContaining('small, gateway') } })
  })

  it('gives what it knows to those who help: everything as it is live, and what the gateway tells, no Secret', async () => {
    const evidence = await target.evidence('day', {})
    const found = new Map<string, unknown>()
    for (const { path, read } of evidence) {
      const content = await read(AbortSignal.timeout(30_000)).catch((problem: Error) => problem.message)
      found.set(path, content)
    }
    expect(found.get('cluster.json')).toMatchObject({ namespace, server: expect.stringMatching(/^v1\./) })
    expect(found.get('objects/deployment-day-small.yaml')).toMatchObject({
      kind: 'Deployment',
      status: { readyReplicas: 1 },
      metadata: expect.not.objectContaining({ managedFields: expect.anything() }),
    })
    const paths = [...found.keys()]
    expect(paths.filter((path) => /^pods\/day-small-.*\.yaml$/.test(path))).toHaveLength(1)
    expect(paths.filter((path) => path.startsWith('nodes/')).length).toBeGreaterThan(0)
    const metrics = paths.find((path) => /^gateway\/day-gateway-.*\/metrics\.txt$/.test(path))
    expect(found.get(metrics ?? '')).toContain('llm_requests_total')
    // Without a key, a gateway in a cluster tells its metrics and no more.
    expect(found.get(metrics?.replace('metrics.txt', 'load.json') ?? '')).toContain('FAIRLEAD_API_KEY')
    expect(paths.filter((path) => /secret/i.test(path))).toEqual([])
  })

  it('runs commands in its containers, with their streams and their exit codes', async () => {
    const [output, errors] = [collecting(), collecting()]
    const chosen: string[] = []
    const request = {
      subject: 'small',
      command: ['sh', '-c', 'cat; echo warned >&2; exit 7'],
      streams: { input: Readable.from(['typed']), output, errors },
      signal: never,
      onChosen: (place: string) => chosen.push(place),
    }
    expect(await target.exec('day', {}, request)).toBe(7)
    expect([output.text(), errors.text()]).toEqual(['typed', 'warned\n'])
    expect(chosen).toEqual([expect.stringMatching(/^day-small-.*\/engine$/)])
    await expect(target.exec('day', {}, { ...request, subject: 'large' })).rejects.toMatchObject({
      parts: { mend: expect.stringContaining('small, gateway') },
    })
    await expect(target.exec('day', {}, { ...request, container: 'none' })).rejects.toMatchObject({
      parts: { why: expect.stringContaining('none') },
    })
    const gpus = await readGpus('day', {}, target, never)
    expect(gpus).toMatchObject([{ model: 'small', gpus: [], missing: 'there is no nvidia-smi' }])
  })

  it('takes a container with tools beside an engine, in a namespace as strict as they come', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    const strict = { apiVersion: 'v1', kind: 'Namespace', name: namespace }
    await client.patch(strict, { metadata: { labels } })
    const ending = new AbortController()
    const pods = () =>
      client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: 'fairlead.dev/model=small' })
    const streams = { output: collecting(), errors: collecting() }
    const request = { subject: 'small', image: 'tools.test/tools:1', command: ['ps'], streams, signal: ending.signal }
    // The kubelet of the tests starts none; that the API server takes it is what is held here.
    const debugging = target.debug('day', {}, request)
    const added = async () => {
      const { items } = await pods()
      return items.flatMap(({ spec }) => (spec as { ephemeralContainers?: object[] }).ephemeralContainers ?? [])
    }
    await Promise.race([
      debugging,
      until(
        async () => (await added()).length > 0,
        () => 'no container',
        withinMs,
      ),
    ])
    expect(await added()).toMatchObject([
      {
        name: expect.stringMatching(/^fairlead-debug-/),
        image: 'tools.test/tools:1',
        targetContainerName: 'engine',
        command: ['ps'],
        securityContext: { allowPrivilegeEscalation: false },
      },
    ])
    ending.abort(new Error('enough'))
    await expect(debugging).rejects.toMatchObject({ name: 'AbortError' })
    await client.patch(strict, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } } })
  })

  it('follows logs of pods that come later', async () => {
    const ending = new AbortController()
    const sources = new Set<string>()
    const following = (async () => {
      const query = { subject: 'small', follow: true, tail: 1, signal: ending.signal }
      for await (const { source: pod } of target.logs('day', {}, query)) sources.add(pod)
    })()
    expect(await target.scale('day', { model: 'small', replicas: 2 }, whole())).toMatchObject({ before: 1, after: 2 })
    await statusThat('day', ({ replicas }) => replicas.filter(({ state }) => state === 'ready').length === 2)
    await until(
      () => sources.size === 2,
      () => [...sources].join(),
      withinMs,
    )
    ending.abort()
    await following
    expect(sources.size).toBe(2)
  })

  it('is started anew with new pods, ready before this returns', async () => {
    const before = new Set((await target.status('day', {})).replicas.map(({ id }) => id))
    expect(await target.restart('day', { subject: 'small' }, whole())).toEqual(['Deployment day-small'])
    const after = await statusThat('day', ({ replicas }) => replicas.every(({ state }) => state === 'ready'))
    expect(after.replicas.some(({ id }) => before.has(id))).toBe(false)
  })

  it('tells that an engine was killed for memory, until it serves again', async () => {
    const [replica] = (await target.status('day', {})).replicas
    const isTold = async () => {
      await cluster()
        .order('runOutOfMemory', namespace, replica?.id ?? '', 'engine')
        .catch(() => undefined)
      const { problems = [] } = await target.status('day', {})
      return problems.find(({ reason }) => reason === 'out-of-memory')
    }
    expect(await until(isTold, () => 'no kill is told', withinMs)).toMatchObject({ subject: 'model small' })
    await statusThat('day', ({ replicas }) => replicas.every(({ state }) => state === 'ready'))
  })

  it('has an update taken back that does not get ready, and the first cause told', async () => {
    await target.apply(source, whole())
    const broken = sourceOf(smallFleet({ namespace, name: 'day', fields: ['image: nowhere.test/engine:2'] }))
    const started = target.rollout(
      'day',
      { action: 'start', source: broken },
      { ...whole({ fetch: false }), timeoutMs: 20_000 },
    )
    await expect(started).rejects.toMatchObject({
      parts: {
        what: expect.stringContaining('The update of Fleet day was taken back'),
        why: expect.stringContaining('model small: image nowhere.test/engine:2 cannot be pulled'),
      },
    })
    expect(await target.rollout('day', { action: 'status' }, whole())).toMatchObject([{ state: 'complete', ready: 1 }])
    expect((await target.revisions('day', {}))[0]).toMatchObject({
      isCurrent: true,
      reason: 'revision 2 did not get ready',
    })
    expect((await target.plan(source, {})).hasChanges).toBe(false)
  }, 600_000)

  it('is removed, with every pod', async () => {
    const { wasThere } = await target.delete('day', {}, whole())
    expect(wasThere).toBe(true)
    const left = await client.list({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      labelSelector: 'fairlead.dev/fleet=day',
    })
    expect(left.items).toEqual([])
    expect(await target.status('day', {})).toMatchObject({ running: false })
  })
})

/** What the first problem of a Fleet comes to, once there is one. */
const problemOf = async (fleet: string, reason: string) => {
  const status = await statusThat(fleet, ({ problems = [] }) => problems.some((problem) => problem.reason === reason))
  return status.problems?.find((problem) => problem.reason === reason)
}

/** A Fleet whose models need GPUs. */
const gpuFleet = (name: string, model: string) => `name: ${name}
models:
  - ${model}
access: { anonymous: true }
observe: { dashboards: false }
storage: { models: { kind: hostPath } }
gateway: { listen: '0.0.0.0:8080' }
targets:
  default: kubernetes
  kubernetes: { namespace: ${name}, monitoring: none, networkPolicy: false }
`

describe('what keeps a Fleet from getting ready is told by its first cause', () => {
  // Pods that crash again and again would take the processor from the tests after.
  afterEach(async () => {
    for (const fleet of await target.list({})) await target.delete(fleet, { volumes: true }, whole())
  })

  it('a GPU type that no node has', async () => {
    const fleet = gpuFleet(
      'wrong-gpu',
      '{ name: m, engine: vllm, source: "hf://Qwen/Qwen3-4B-Instruct-2507", hardware: { gpu: h100 } }',
    )
    await target.apply(sourceOf(fleet), contextOf())
    expect(await problemOf('wrong-gpu', 'unschedulable')).toMatchObject({
      subject: 'model m',
      what: expect.stringContaining('no node has a GPU of type NVIDIA-H100'),
      mend: expect.stringContaining('Nodes have NVIDIA-L40S.'),
    })
  })

  it('fewer GPUs than are asked for', async () => {
    const fleet = gpuFleet(
      'few-gpus',
      '{ name: m, engine: vllm, source: "hf://Qwen/Qwen3-4B-Instruct-2507", hardware: { gpu: l40s, gpus: 4 } }',
    )
    await target.apply(sourceOf(fleet), contextOf())
    expect(await problemOf('few-gpus', 'unschedulable')).toMatchObject({
      what: 'no node has 4 free GPUs (nvidia.com/gpu)',
      mend: expect.stringContaining('gpu-0 2'),
    })
  })

  it('a claim that never binds', async () => {
    const fleet = gpuFleet(
      'no-volume',
      '{ name: m, engine: vllm, source: "hf://Qwen/Qwen3-4B-Instruct-2507", hardware: { gpu: l40s } }',
    ).replace('storage: { models: { kind: hostPath } }\n', '')
    await target.apply(sourceOf(fleet), contextOf())
    expect(await problemOf('no-volume', 'volume-pending')).toMatchObject({
      why: expect.stringContaining('no persistent volumes available'),
    })
  })

  it('a quota without room', async () => {
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'crowded' } })
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'crowded' },
      spec: { hard: { pods: '1' } },
    }
    await client.apply(quota as KubernetesObject)
    await target.apply(sourceOf(smallFleet({ namespace: 'crowded', name: 'crowded', replicas: 2 })), contextOf())
    expect(await problemOf('crowded', 'quota')).toMatchObject({ why: expect.stringContaining('exceeded quota: few') })
  })

  it('an engine that ends at once, with its last words', async () => {
    const fleet = smallFleet({ namespace: 'crashing', name: 'crashing', fields: ['engineArgs: [--no-such-flag]'] })
    const waiting = target.apply(sourceOf(fleet), { ...contextOf({ wait: true }), timeoutMs: 15_000 })
    await expect(waiting).rejects.toMatchObject({ parts: { what: expect.stringContaining('is not ready after') } })
    const problem = await problemOf('crashing', 'crash-loop')
    expect(problem).toMatchObject({ subject: 'model small', why: expect.stringContaining('no-such-flag') })
  })
})
