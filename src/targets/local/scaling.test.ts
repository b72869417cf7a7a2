import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LocalState } from '../../discovery/index.ts'
import type { FleetInput } from '../../fleet/index.ts'
import type { FleetStatus } from '../contract.ts'
import { ownParts } from './parts.ts'
import { readLocalScaling } from './read-scaling.ts'
import { createLocalTarget } from './target.ts'
import { eventually, Sandbox } from './testing/sandbox.ts'
import { silentProgress } from './testing/silent-progress.ts'

// Real processes on a busy machine: generous limits, which only a failure reaches.
const limit = { timeout: 180_000 }

let sandbox: Sandbox
const cleanUps: (() => Promise<unknown>)[] = []
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  await sandbox.close()
})

const quick = { upAfter: '1s', downAfter: '2s', toZeroAfter: '2s', queuePerReplica: 2 } as const

/** A Fleet with its real gateway and real simulated engines, under a supervisor in this process. */
async function up(model: Omit<FleetInput['models'][number], 'name' | 'engine'>): Promise<string> {
  const source = sandbox.fleet({ autoscale: quick, models: [{ name: 'm', engine: 'simulated', ...model }] })
  const stopping = new AbortController()
  const ready = Promise.withResolvers<FleetStatus>()
  const running = createLocalTarget(ownParts).apply(source, {
    environment: sandbox.environment,
    progress: silentProgress(),
    signal: stopping.signal,
    onReady: ready.resolve,
  })
  cleanUps.push(async () => {
    stopping.abort()
    await running
  })
  const status = await Promise.race([ready.promise, running.then(() => Promise.reject(new Error('ended')))])
  return status.gateway?.address ?? ''
}

const ask = (address: string, more: object = {}) =>
  fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', max_tokens: 8, messages: [{ role: 'user', content: 'hello' }], ...more }),
  })
/** Keeps so many requests under way until it is told to stop; resolves to their statuses. */
function keepAsking(address: string, concurrency: number): { readonly stop: () => Promise<readonly number[]> } {
  const over = new AbortController()
  const one = async () => {
    const statuses: number[] = []
    while (!over.signal.aborted) {
      const answer = await ask(address, { max_tokens: 20 })
      await answer.text()
      statuses.push(answer.status)
    }
    return statuses
  }
  const all = Array.from({ length: concurrency }, one)
  return {
    async stop() {
      over.abort()
      return (await Promise.all(all)).flat()
    },
  }
}

const count = (state: LocalState | undefined, role = 'both') =>
  state?.replicas.filter((replica) => replica.role === role).length ?? -1
const processOf = (state: LocalState | undefined) => state?.replicas.find(({ id }) => id === 'm-0')?.process
const untilReplicas = (wanted: number, role = 'both') =>
  eventually(
    `${wanted} replicas (${role})`,
    async () => {
      const state = await sandbox.state()
      const own = state?.replicas.filter((replica) => replica.role === role) ?? []
      return own.length === wanted && own.every((replica) => replica.state === 'ready') && state
    },
    120_000,
  )

// proves B11 (real part)
describe('a model on this machine that follows its load', limit, () => {
  it('starts from zero for a request, which waits and is served, and goes back to zero, again and again', async () => {
    const address = await up({ minReplicas: 0, maxReplicas: 2, simulated: { loadTime: '300ms' } })
    expect(count(await sandbox.state())).toBe(0)
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all([ask(address), ask(address), ask(address)])
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      await Promise.all(answers.map((answer) => answer.text()))
      const state = await untilReplicas(0)
      const [scaling] = state.scaling ?? []
      expect(scaling?.changes.slice(-1).map(({ from, to, reason }) => ({ from, to, reason }))).toEqual([
        { from: 1, to: 0, reason: 'idle' },
      ])
    }
    const state = await sandbox.state()
    expect(state?.scaling?.[0]?.totals).toMatchObject({ wake: 2, idle: 2 })
    const told = await readLocalScaling('lab', sandbox.environment)
    expect(told?.scaling).toEqual((await sandbox.state())?.scaling)
    await eventually('the gateway tells of it', async () => {
      const metrics = await (await fetch(`${address}/metrics`)).text()
      return metrics.includes('fairlead_autoscale_changes_total{model="m",role="both",reason="wake"} 2')
    })
    expect(state?.scaling?.[0]?.decision.load).toMatchObject({ isComplete: true, waiting: 0, inFlight: 0 })
  })

  it('adds replicas while requests wait, and takes them away later without cutting a stream', async () => {
    const simulated = { tokensPerSecond: 20, maxSequences: 2 }
    const address = await up({ minReplicas: 1, maxReplicas: 3, maxInFlight: 2, simulated })
    const first = processOf(await sandbox.state())
    const load = keepAsking(address, 12)
    const grown = await untilReplicas(3)
    expect(grown.replicas.map(({ id }) => id)).toEqual(['m-0', 'm-1', 'm-2'])
    // Nothing goes when others come.
    expect(processOf(grown)).toEqual(first)
    expect(grown.scaling?.[0]?.changes.every(({ from, to }) => to > from)).toBe(true)
    // Some that go on while replicas leave: their streams are not cut.
    const streams = Array.from({ length: 5 }, async () =>
      (await ask(address, { max_tokens: 160, stream: true })).text(),
    )
    expect(new Set(await load.stop())).toEqual(new Set([200]))
    await untilReplicas(1)
    for (const text of await Promise.all(streams)) expect(text.trimEnd()).toMatch(/data: \[DONE\]$/)
    const reasons = (await sandbox.state())?.scaling?.[0]?.changes.map(({ reason }) => reason)
    expect(reasons?.slice(0, 1)).toEqual(['queue'])
    expect(reasons?.slice(-2)).toEqual(['spare', 'spare'])
  })

  it('scales prefill and decode apart', async () => {
    const address = await up({
      prefill: { minReplicas: 0, maxReplicas: 1 },
      decode: { minReplicas: 1, maxReplicas: 2 },
      maxInFlight: 2,
      autoscale: { toZeroAfter: '8s' },
      routing: { disaggregation: { minPromptTokens: 1 } },
      simulated: { tokensPerSecond: 20, maxSequences: 2 },
    })
    const first = await sandbox.state()
    expect([count(first, 'prefill'), count(first, 'decode')]).toEqual([0, 1])
    const load = keepAsking(address, 8)
    await untilReplicas(1, 'prefill')
    await untilReplicas(2, 'decode')
    const content = 'a prompt that is computed elsewhere '.repeat(60)
    const split = await ask(address, { messages: [{ role: 'user', content }] })
    expect(split.status).toBe(200)
    expect(new Set(await load.stop())).toEqual(new Set([200]))
    await untilReplicas(0, 'prefill')
    await untilReplicas(1, 'decode')
    const scalings = (await sandbox.state())?.scaling
    expect(scalings?.map(({ role, changes }) => [role, changes[0]?.reason])).toEqual([
      ['prefill', 'wake'],
      ['decode', 'queue'],
    ])
  })
})
