import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterClient } from '../../src/kubernetes/index.ts'
import type { CanarySettings, RolloutStatus, Target } from '../../src/operate/index.ts'
import { until } from '../harness/until.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'
import { ConstantLoad } from './harness/story/constant-load.ts'
import { expectUnharmed } from './harness/story/under-load.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operate/operator.ts'

// Pods are processes of this machine: engines are Fairlead's simulated one, the gateway is the real one.
const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }] })
const withinMs = 600_000
const namespace = 'lab'

let client: ClusterClient
let target: Target
let gateway = ''
beforeAll(async () => {
  let running
  try {
    running = cluster()
  } catch {
    // The tests skip and say why.
    return
  }
  client = await connectAs(running, namespace)
  target = targetOver(client)
  gateway = await running.forward('tried.lab.svc', 8080)
  await running.kubectl('create', 'namespace', namespace)
  await running.kubectl('create', 'secret', 'generic', 'tried-key', '-n', namespace, `--from-literal=key=${key}`)
}, withinMs)
afterAll(() => client?.close())

/** A key that asks the model, and the gateway for what becomes of requests. */
const key = 'sk-tried-0123456789abcdef'
const keyed = (fields: Parameters<typeof smallFleet>[0]) =>
  smallFleet(fields).replace(
    'access: { anonymous: true }',
    'access: { keys: [{ name: me, scopes: [inference, admin], value: { secretRef: { name: tried-key, key: key } } }] }',
  )

/** A Fleet whose engine behaves so. */
const fleet = (simulated: string) =>
  sourceOf(
    keyed({
      namespace,
      name: 'tried',
      replicas: 2,
      fields: [
        `simulated: ${simulated}`,
        'probes: { startup: { interval: 1s }, readiness: { interval: 1s } }',
        'rollout: { maxUnavailable: 0 }',
      ],
    }),
  )
const well = '{ ttft: 40ms, tokensPerSecond: 100 }'

const settings = (more: Partial<CanarySettings> = {}): CanarySettings => ({
  shares: [20, 50],
  replicas: 1,
  stepMs: 3_000,
  fewestRequests: 15,
  moreErrors: 0.05,
  // Two processes on one busy machine are never alike; an engine that is broken differs by far more.
  slower: 3,
  promotes: true,
  ...more,
})
const context = (signal = new AbortController().signal) => ({
  ...contextOf({ wait: true, smoke: false }),
  environment: { FAIRLEAD_API_KEY: key },
  signal,
  timeoutMs: withinMs,
})

const start = (simulated: string, more: Partial<CanarySettings> = {}, work = context()) =>
  target.rollout('tried', { action: 'start', source: fleet(simulated), canary: settings(more) }, work)

/** Deployments of the model with what their pods are started with, and how many there are to be. */
async function deployments(): Promise<Record<string, { replicas: number; command: string }>> {
  const query = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector: 'fairlead.dev/model=small' }
  const { items } = await client.list(query)
  return Object.fromEntries(
    items.map(({ metadata, ...rest }) => {
      const { spec } = rest as unknown as {
        spec: { replicas: number; template: { spec: { containers: { command: string[] }[] } } }
      }
      return [
        metadata.name,
        { replicas: spec.replicas, command: spec.template.spec.containers[0]?.command.join(' ') ?? '' },
      ]
    }),
  )
}
const shareLabel = async () => {
  const service = await client.get({ apiVersion: 'v1', kind: 'Service', namespace, name: 'tried-small-canary' })
  return service?.metadata.labels?.['fairlead.dev/canary-share']
}
const revision = async () => (await target.revisions('tried', {})).find(({ isCurrent }) => isCurrent)?.number
/** Everything that a canary brings, by kind. */
async function leftOfCanary(): Promise<string[]> {
  const kinds = [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'v1', kind: 'Service' },
    { apiVersion: 'v1', kind: 'ConfigMap' },
  ]
  const lists = await Promise.all(
    kinds.map((kind) => client.list({ ...kind, namespace, labelSelector: 'fairlead.dev/fleet=tried' })),
  )
  return lists
    .flatMap(({ items }) => items.map(({ metadata }) => metadata.name))
    .filter((name) => name.includes('canary'))
}

/** Does something under load; none of the load's requests may be lost. */
async function underLoad<Result>(work: () => Promise<Result>): Promise<Result> {
  const load = new ConstantLoad(gateway, key, 'small')
  try {
    await until(
      () => load.answered > 5,
      () => 'the load is answered',
      withinMs,
    )
    return await work()
  } finally {
    await expectUnharmed(await load.stop('now'), cluster())
  }
}

const canaryRow = (rows: readonly RolloutStatus[]) => rows.find(({ role }) => role === 'canary')

// proves B7 (real part)
describe('a change that is tried on a part of the requests', () => {
  it(
    'is promoted where it is no worse, and no request is lost',
    async () => {
      await target.apply(fleet(well), context())
      expect(await revision()).toBe(1)
      const rows = await underLoad(async () => {
        const work = context()
        const rows = await start('{ ttft: 40ms, tokensPerSecond: 110 }', {}, work)
        expect(work.told).toContainEqual(
          expect.stringMatching(/^Canary with 20% \(1 of 2\): \d+ requests, 0% failed; no worse/),
        )
        expect(work.told).toContainEqual(
          expect.stringMatching(/^Canary with 50% \(2 of 2\): \d+ requests, 0% failed; no worse/),
        )
        return rows
      })
      expect(rows).toMatchObject([{ model: 'small', role: 'both', state: 'complete', wanted: 2 }])
      const after = await deployments()
      expect(Object.keys(after)).toEqual(['tried-small'])
      expect(after['tried-small']?.command).toContain('"tokensPerSecond":110')
      expect(await leftOfCanary()).toEqual([])
      expect(await target.revisions('tried', {})).toMatchObject([
        { number: 2, isCurrent: true, reason: 'canary promoted' },
        { number: 1, isCurrent: false },
      ])
    },
    withinMs,
  )

  it.each([
    ['fails requests', '{ ttft: 40ms, tokensPerSecond: 110, failEvery: 2 }', /of \d+ requests to the canary failed/],
    ['is slow to begin', '{ ttft: 3s, tokensPerSecond: 110 }', /streams took longer than .* for first token/],
    ['is slow to go on', '{ ttft: 40ms, tokensPerSecond: 15 }', /streams took longer than .* for each further token/],
  ])(
    'is taken back where it %s, and no request is lost',
    async (_title, simulated, reason) => {
      const before = await deployments()
      const rows = await underLoad(() => start(simulated, { shares: [30], stepMs: withinMs }))
      expect(canaryRow(rows)).toMatchObject({ state: 'failed', message: expect.stringMatching(reason) })
      expect(rows.find(({ role }) => role === 'both')).toMatchObject({ state: 'complete' })
      expect(await deployments()).toEqual(before)
      expect(await leftOfCanary()).toEqual([])
      expect(await revision()).toBe(2)
    },
    withinMs,
  )

  it(
    'stays as it is when whoever watches it is gone, and is gone on with, held, and taken for all by others',
    async () => {
      const killed = new AbortController()
      const changed = '{ ttft: 40ms, tokensPerSecond: 120 }'
      const long = { shares: [10, 30], stepMs: withinMs }
      const watching = start(changed, long, context(killed.signal)).catch((error: unknown) => error)
      await until(
        async () => (await shareLabel()) === '10',
        () => 'the canary has its first share',
        withinMs,
      )
      killed.abort()
      expect(await watching).toBeInstanceOf(Error)
      expect(canaryRow(await target.rollout('tried', { action: 'status' }, context()))).toMatchObject({
        state: 'progressing',
        ready: 1,
        message: expect.stringContaining('10% of the requests (step 1 of 2)'),
      })
      expect((await target.status('tried', {})).pools).toContainEqual(
        expect.objectContaining({ role: 'canary', ready: 1 }),
      )
      // Another change waits for its end; a plan tells what applying would remove.
      await expect(start(well)).rejects.toMatchObject({ parts: { what: expect.stringContaining('being tried') } })
      const { actions } = await target.plan(fleet('{ ttft: 40ms, tokensPerSecond: 110 }'), {})
      expect(actions.map(({ verb, subject }) => `${verb} ${subject}`)).toContain('prune Deployment tried-small-canary')

      const hold = async () => canaryRow(await target.rollout('tried', { action: 'pause' }, context()))
      expect(await hold()).toMatchObject({ state: 'paused' })
      const resumed = target.rollout('tried', { action: 'resume' }, context())
      await until(
        async () => canaryRow(await target.rollout('tried', { action: 'status' }, context()))?.state === 'progressing',
        () => 'the canary is watched again',
        withinMs,
      )
      expect(await hold()).toMatchObject({ state: 'paused' })
      await resumed
      expect(await shareLabel()).toBe('10')
      await underLoad(() => target.rollout('tried', { action: 'promote' }, context()))
      expect((await deployments())['tried-small']?.command).toContain('"tokensPerSecond":120')
      expect(await leftOfCanary()).toEqual([])
      expect(await revision()).toBe(3)
    },
    withinMs,
  )

  it(
    'goes with an apply of what served, and nothing of it is left when the Fleet is deleted',
    async () => {
      const killed = new AbortController()
      const watching = start(well, { stepMs: withinMs }, context(killed.signal)).catch((error: unknown) => error)
      await until(
        async () => (await shareLabel()) === '20',
        () => 'the canary has its share',
        withinMs,
      )
      await target.apply(fleet('{ ttft: 40ms, tokensPerSecond: 120 }'), context())
      expect(await leftOfCanary()).toEqual([])
      expect(await revision()).toBe(3)
      expect(await watching).toMatchObject({ parts: { what: 'The canary is gone' } })
      await expect(target.rollout('tried', { action: 'promote' }, context())).rejects.toMatchObject({
        parts: { what: 'No canary is under way' },
      })
      await start(well, { stepMs: withinMs }, context(AbortSignal.timeout(1))).catch(() => undefined)
      await target.delete('tried', {}, context())
      expect(await leftOfCanary()).toEqual([])
    },
    withinMs,
  )

  it('is refused where nothing of a model’s pods changes', async () => {
    await target.apply(fleet(well), { ...context(), options: { wait: false } })
    await expect(start(well)).rejects.toMatchObject({ parts: { what: expect.any(String) } })
    await target.delete('tried', {}, context())
  })
})
