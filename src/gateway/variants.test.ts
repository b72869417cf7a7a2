import { afterEach, describe, expect, it } from 'vitest'
import type { Replica } from '../discovery/index.ts'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { replicaAt, settableSource } from './testing/settable-source.ts'
import { answerEvents, answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const chat = '/v1/chat/completions'
const question = (more: object = {}) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }], ...more })

interface Served {
  readonly gateway: TestGateway
  readonly stable: readonly ProgrammableUpstream[]
  readonly canary: ProgrammableUpstream
  /** Says another share; null takes the canary away. */
  say(share: number | null): void
}

const replicaOf = ({ port }: ProgrammableUpstream, fields: Partial<Replica>) =>
  replicaAt(port, { engine: 'vllm', generation: 0, ...fields })

/** Two stable replicas and a canary with a share. */
async function serve(share: number, model: object = {}, options: object = {}): Promise<Served> {
  const engines = await Promise.all(Array.from({ length: 3 }, () => startUpstream(answerJson({ ok: true }))))
  for (const engine of engines) cleanUps.push(() => engine.kill())
  const [first, second, canary] = engines
  if (first === undefined || second === undefined || canary === undefined) throw new Error('an engine is missing')
  const replicas = (now: number | null) => [
    replicaOf(first, { id: 'm-0' }),
    replicaOf(second, { id: 'm-1' }),
    ...(now === null ? [] : [replicaOf(canary, { id: 'm-canary', canaryShare: now })]),
  ]
  const { source, set } = settableSource(...replicas(share))
  const gateway = await startTestGateway(
    { models: [{ name: 'm', engine: 'vllm', source: 'hf://owner/name', context: 4096, ...model }] },
    { source, ...options },
  )
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, 3)
  return {
    gateway,
    stable: [first, second],
    canary,
    say: (next) => set(...replicas(next)),
  }
}

const variantsOf = async (gateway: TestGateway) => {
  const { models } = await gateway.load()
  return Object.fromEntries((models[0]?.variants ?? []).map((each) => [each.variant, each]))
}
const sum = (counts: readonly number[] = []) => counts.reduce((total, count) => total + count, 0)

/** Asks so many times, a few at once. */
async function ask(
  gateway: TestGateway,
  times: number,
  more: object = {},
  headers: (index: number) => object = () => ({}),
) {
  const statuses: number[] = []
  const indexes = Array.from({ length: times }, (_, index) => index).values()
  const lane = async () => {
    for (const index of indexes) {
      const answer = await gateway.ask(chat, question(more), { headers: { ...headers(index) } })
      statuses.push(answer.status)
    }
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  return statuses
}

const fourTokens = answerEvents((response) => {
  for (let token = 0; token < 4; token += 1) {
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'a' } }] })}\n\n`)
  }
  response.end('data: [DONE]\n\n')
})

// proves B7 (stand-in)
describe('a model with a canary', () => {
  it.each(['auto', 'leastInFlight', 'roundRobin'])(
    'gives it the share that is said, whatever chooses among replicas: %s',
    async (policy) => {
      const { gateway, stable, canary, say } = await serve(0.1, { routing: { policy } })
      await ask(gateway, 200)
      expect(canary.received.length).toBeGreaterThanOrEqual(16)
      expect(canary.received.length).toBeLessThanOrEqual(24)
      // Those that are not for it are divided as always.
      for (const { received } of stable) expect(received.length).toBeGreaterThan(20)
      say(0.5)
      const before = canary.received.length
      await ask(gateway, 100)
      expect(canary.received.length - before).toBeGreaterThanOrEqual(44)
      expect(canary.received.length - before).toBeLessThanOrEqual(56)
      say(0)
      const atZero = canary.received.length
      await ask(gateway, 50)
      expect(canary.received.length).toBe(atZero)
    },
  )

  it('counts what came of each, failures that a retry hid included', async () => {
    const { gateway, canary, say } = await serve(0.5, { retry: { budget: { perSecond: 100 } } })
    canary.behave = answerJson({ error: { message: 'broken' } }, 500)
    const statuses = await ask(gateway, 8)
    expect(new Set(statuses)).toEqual(new Set([200]))
    await untilIdle(gateway)
    const counted = await variantsOf(gateway)
    expect(counted['canary']).toMatchObject({ share: 0.5, requests: canary.received.length })
    expect(counted['canary']?.errors).toBe(canary.received.length)
    expect(canary.received.length).toBeGreaterThan(2)
    expect(counted['stable']).toMatchObject({ share: 0.5, requests: 8, errors: 0 })
    expect(await gateway.metrics()).toContain(
      `fairlead_gateway_variant_errors_total{model="m",variant="canary"} ${canary.received.length}`,
    )
    say(null)
    await until('the canary is gone', async () => Object.keys(await variantsOf(gateway)).length === 0)
  })

  it('counts what its engine refuses and the other takes', async () => {
    const { gateway, canary } = await serve(1)
    canary.behave = answerJson({ error: { message: 'no such model' } }, 404)
    expect(new Set(await ask(gateway, 3))).toEqual(new Set([404]))
    await untilIdle(gateway)
    expect((await variantsOf(gateway))['canary']).toMatchObject({ requests: 3, errors: 3 })
  })

  it('times the streams of each', async () => {
    const { gateway, stable, canary } = await serve(0.5)
    for (const engine of [...stable, canary]) engine.behave = fourTokens
    await ask(gateway, 20, { stream: true })
    await untilIdle(gateway)
    const counted = await variantsOf(gateway)
    for (const variant of ['stable', 'canary'] as const) {
      expect(sum(counted[variant]?.ttft.counts)).toBe(counted[variant]?.requests)
      expect(sum(counted[variant]?.tpot.counts)).toBe(counted[variant]?.requests)
    }
    expect((counted['stable']?.requests ?? 0) + (counted['canary']?.requests ?? 0)).toBe(20)
  })

  it('gets its share also while those wait that are for the others', async () => {
    const { gateway, stable, canary } = await serve(0.5, { maxInFlight: 1 })
    const held = Promise.withResolvers<void>()
    for (const engine of stable) engine.behave = (...asked) => void held.promise.then(() => answerJson({})(...asked))
    const answers: Promise<{ readonly status: number }>[] = []
    await until('one waits', async () => {
      answers.push(gateway.ask(chat, question()))
      return ((await gateway.load()).queues[0]?.length ?? 0) > 0
    })
    const before = canary.received.length
    for (let count = 0; count < 10; count += 1) answers.push(gateway.ask(chat, question()))
    await until('the canary has its share', () => canary.received.length - before >= 4)
    held.resolve()
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200)
    expect(canary.received.length - before).toBeLessThanOrEqual(6)
    await untilIdle(gateway)
  })

  it('is asked by its share only, also when the others are full; it alone answers when they are gone', async () => {
    const { gateway, stable, canary } = await serve(0, { maxInFlight: 1, retry: { attempts: 1 } })
    for (const engine of stable) engine.behave = () => {}
    const open = [0, 1, 2].map(() => gateway.ask(chat, question()).catch(() => undefined))
    await until('the third waits', async () => (await gateway.load()).queues[0]?.length === 1)
    expect(canary.received).toEqual([])
    for (const engine of stable) await engine.kill()
    await until('the others are known to be gone', async () => {
      const { replicas } = await gateway.load()
      return replicas.filter(({ ready }) => ready).length === 1
    })
    await Promise.all(open)
    expect((await gateway.ask(chat, question())).status).toBe(200)
    expect(canary.received.length).toBeGreaterThan(0)
  })

  it('keeps a session with one variant', async () => {
    const { gateway, canary } = await serve(0.5, { routing: { session: { enabled: true } } })
    const sessions = Array.from({ length: 20 }, (_, index) => `session-${index}`)
    await ask(gateway, 60, {}, (index) => ({ 'x-session-id': sessions[index % sessions.length] }))
    const ofCanary = canary.received.map(({ headers }) => String(headers['x-session-id']))
    const counts = sessions.map((session) => ofCanary.filter((each) => each === session).length)
    expect(counts.every((count) => count === 0 || count === 3)).toBe(true)
    expect(counts.filter((count) => count === 3).length).toBeGreaterThan(3)
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(3)
  })

  it('has its share and its counts over all workers', async () => {
    const { gateway, canary } = await serve(0.25, {}, { workers: 2 })
    await ask(gateway, 80)
    await untilIdle(gateway)
    await until('every try is counted', async () => {
      const counted = await variantsOf(gateway)
      return (counted['stable']?.requests ?? 0) + (counted['canary']?.requests ?? 0) === 80
    })
    expect((await variantsOf(gateway))['canary']?.requests).toBe(canary.received.length)
    expect(canary.received.length).toBeGreaterThanOrEqual(12)
    expect(canary.received.length).toBeLessThanOrEqual(28)
  })
})

describe('a model without one', () => {
  it('has no variants, in the report or in the metrics', async () => {
    const { gateway, say } = await serve(0.5)
    say(null)
    await until('the canary is gone', async () => (await gateway.load()).replicas.length === 2)
    await ask(gateway, 3)
    expect((await gateway.load()).models[0]?.variants).toEqual([])
  })
})
