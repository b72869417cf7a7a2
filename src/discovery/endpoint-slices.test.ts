import { afterEach, describe, expect, it } from 'vitest'
import { KubeClient } from '../kubernetes/client/kube-client.ts'
import { events, page, startFaultServer, status, type FaultServer } from '../kubernetes/client/testing/fault-server.ts'
import type { LiveObject } from '../kubernetes/index.ts'
import { ClusterViews } from './cluster-views.ts'
import { createEndpointSlicesSource } from './endpoint-slices.ts'
import type { Pool } from './pool.ts'
import { keptSlice, membersOf, type KeptSlice } from './slice-endpoints.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const pool: Pool = {
  model: 'm',
  role: 'both',
  engine: 'vllm',
  address: { protocol: 'http', host: 'm-engines.lab.svc', port: 8000, basePath: '' },
  resolve: 'endpointSlices',
}

const endpoint = (host: string, conditions: object = { ready: true, serving: true, terminating: false }) => {
  const name = `pod-${host.replaceAll(/[.:]/g, '-')}`
  return { addresses: [host], conditions, targetRef: { kind: 'Pod', name, uid: `uid-${name}` } }
}
const slice = (name: string, version: number, endpoints: readonly object[], more: object = {}): LiveObject =>
  ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace: 'lab',
      uid: `uid-${name}`,
      resourceVersion: String(version),
      labels: { 'kubernetes.io/service-name': 'm-engines' },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8000, protocol: 'TCP' }],
    endpoints,
    ...more,
  }) as LiveObject
const kept = (...slices: readonly LiveObject[]): KeptSlice[] => slices.flatMap((each) => keptSlice(each) ?? [])
const phases = (...slices: readonly LiveObject[]) =>
  membersOf(kept(...slices), 8000).map(({ host, port, phase }) => `${host}:${port} ${phase}`)

describe('what EndpointSlices say', () => {
  it.each([
    ['a ready pod serves', { ready: true }, 'serving'],
    ['no word counts as ready', {}, 'serving'],
    ['a pod that is not ready is probed until it is', { ready: false, serving: false }, 'starting'],
    [
      'a terminating one gets nothing new, also while it still answers',
      { ready: false, serving: true, terminating: true },
      'draining',
    ],
  ])('%s', (_title, conditions, phase) => {
    expect(phases(slice('a', 1, [endpoint('10.0.0.1', conditions)]))).toEqual([`10.0.0.1:8000 ${phase}`])
  })

  it.each([
    [
      'a pod that stands in two slices for a moment is one',
      [slice('a', 1, [endpoint('10.0.0.1', { ready: false })]), slice('b', 1, [endpoint('10.0.0.1')])],
      ['10.0.0.1:8000 serving'],
    ],
    [
      'a pod with two families is one, by IPv4',
      [slice('a', 1, [endpoint('fd00::1')], { addressType: 'IPv6' }), slice('b', 1, [endpoint('10.0.0.1')])],
      ['10.0.0.1:8000 serving'],
    ],
    [
      'a cluster of IPv6 has those',
      [slice('a', 1, [endpoint('fd00::1')], { addressType: 'IPv6' })],
      ['fd00::1:8000 serving'],
    ],
    [
      'the only port that there is counts, since a named one may differ from pod to pod',
      [slice('a', 1, [endpoint('10.0.0.1')], { ports: [{ port: 9000 }] })],
      ['10.0.0.1:9000 serving'],
    ],
    [
      'of several, the one that is meant',
      [slice('a', 1, [endpoint('10.0.0.1')], { ports: [{ port: 5557 }, { port: 8000 }] })],
      ['10.0.0.1:8000 serving'],
    ],
    [
      'and none where it is not among them',
      [slice('a', 1, [endpoint('10.0.0.1')], { ports: [{ port: 1 }, { port: 2 }] })],
      [],
    ],
    ['names are no addresses', [slice('a', 1, [endpoint('example.org')], { addressType: 'FQDN' })], []],
    ['without endpoints there are none', [slice('a', 1, [], { endpoints: null })], []],
  ])('%s', (_title, slices, expected) => {
    expect(phases(...slices)).toEqual(expected)
  })

  it.each([
    ['10', 0.1],
    ['0.5', 0.005],
    ['250', 1],
    ['some', 0],
    [undefined, 0],
  ])('the labels of a canary’s slice tell its share: %s', (percent, share) => {
    const labels = {
      'kubernetes.io/service-name': 'm-canary',
      'fairlead.dev/canary-of': 'm-engines',
      ...(percent === undefined ? {} : { 'fairlead.dev/canary-share': percent }),
    }
    const canary = slice('c', 1, [endpoint('10.0.0.3')], { metadata: { name: 'c', namespace: 'lab', labels } })
    const members = membersOf(kept(slice('a', 1, [endpoint('10.0.0.1')]), canary), 8000)
    expect(members.map(({ host, canaryShare }) => [host, canaryShare])).toEqual([
      ['10.0.0.1', undefined],
      ['10.0.0.3', share],
    ])
  })
})

async function follow(server: FaultServer, firstAnswerMs = 60_000) {
  const problems: (string | null)[] = []
  const views = new ClusterViews({
    connect: async () => new KubeClient(server.credentials, { firstPatienceMs: 50, patienceMs: 50 }),
    onClusterProblem: (_what, problem) => problems.push(problem),
  })
  const source = createEndpointSlicesSource(pool, views, {
    lookUp: async () => ['10.9.9.9'],
    intervalMs: 20,
    firstAnswerMs,
  })
  let told = 0
  source.subscribe(() => (told += 1))
  cleanUps.push(async () => {
    await source.close()
    await views.close()
  })
  await source.start()
  return { source, problems, ids: () => source.snapshot().map(({ id, phase }) => `${id} ${phase}`), told: () => told }
}

async function startServer(): Promise<FaultServer> {
  const server = await startFaultServer()
  cleanUps.push(() => server.stop())
  return server
}

// proves B3 (simulated)
describe('replicas by EndpointSlices', () => {
  it('are pods by their names, with another generation when a pod of the same name is another one', async () => {
    const server = await startServer()
    const another = { ...endpoint('10.0.0.2'), targetRef: { kind: 'Pod', name: 'pod-10-0-0-1', uid: 'another' } }
    let change: (() => void) | undefined
    server.answer(page(1, [slice('a', 1, [endpoint('10.0.0.1')])]), (response) => {
      events([])(response, {} as never)
      change = () =>
        response.write(
          `${JSON.stringify({ type: 'MODIFIED', object: slice('a', 2, [another, endpoint('10.0.0.3', { terminating: true })]) })}\n`,
        )
    })
    const { source, ids } = await follow(server)
    expect(ids()).toEqual(['pod-10-0-0-1 serving'])
    expect(source.snapshot()[0]?.address).toEqual({ ...pool.address, host: '10.0.0.1', hostName: 'm-engines.lab.svc' })
    const { generation } = source.snapshot()[0] ?? {}
    await expect.poll(() => change).toBeDefined()
    change?.()
    await expect.poll(ids).toEqual(['pod-10-0-0-1 serving', 'pod-10-0-0-3 draining'])
    expect(source.snapshot()[0]?.generation).not.toBe(generation)
  })

  it('are found by name as long as the cluster never answered, and by the cluster from then on', async () => {
    const server = await startServer()
    server.answer(
      status(403, 'endpointslices.discovery.k8s.io is forbidden: User "x" cannot list resource "endpointslices"'),
    )
    const { ids, problems } = await follow(server, 100)
    expect(ids()).toEqual(['m-10-9-9-9 serving'])
    expect(problems[0]).toContain('cannot list')
    server.answer(page(1, [slice('a', 1, [endpoint('10.0.0.1')])]), events([]))
    await expect.poll(ids, { timeout: 20_000 }).toEqual(['pod-10-0-0-1 serving'])
    expect(problems.at(-1)).toBeNull()
  })

  it('stay as they are while the cluster is away, and are right again after it', async () => {
    const server = await startServer()
    server.answer(page(1, [slice('a', 1, [endpoint('10.0.0.1'), endpoint('10.0.0.2')])]), events([]))
    const { ids, problems } = await follow(server)
    await server.stop()
    await expect.poll(() => problems.length).toBeGreaterThan(0)
    expect(ids()).toEqual(['pod-10-0-0-1 serving', 'pod-10-0-0-2 serving'])
    server.answer(status(410, 'too old'), page(9, [slice('a', 9, [endpoint('10.0.0.2')])]), events([]))
    await server.listen()
    await expect.poll(ids, { timeout: 20_000 }).toEqual(['pod-10-0-0-2 serving'])
  })

  it('of ten thousand pods come and change in one turn', async () => {
    const server = await startServer()
    const hosts = Array.from({ length: 10_000 }, (_each, index) => `10.1.${index >> 8}.${index & 255}`)
    const slices = Array.from({ length: 100 }, (_each, index) =>
      slice(
        `s${index}`,
        1,
        hosts.slice(index * 100, index * 100 + 100).map((host) => endpoint(host)),
      ),
    )
    const gone = slices
      .slice(0, 50)
      .map((each): [string, object] => [
        'MODIFIED',
        { ...each, metadata: { ...each.metadata, resourceVersion: '2' }, endpoints: [] },
      ])
    let change: (() => void) | undefined
    server.answer(page(1, slices), (response) => {
      events([])(response, {} as never)
      change = () => response.write(gone.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join(''))
    })
    const { source, told } = await follow(server)
    await expect.poll(() => source.snapshot().length, { timeout: 20_000 }).toBe(10_000)
    await expect.poll(() => change).toBeDefined()
    const before = told()
    change?.()
    await expect.poll(() => source.snapshot().length).toBe(5_000)
    expect(told() - before).toBeLessThan(50)
  })
})
