import { afterEach, describe, expect, it } from 'vitest'
import type { Replica } from '../discovery/index.ts'
import { startTestGateway, until, type TestGateway, type WholeAnswer } from './testing/harness.ts'
import { replicaAt, settableSource } from './testing/settable-source.ts'
import { startSimulatedHere, type SimulatedUnderTest } from './testing/simulated-process.ts'

const chat = '/v1/chat/completions'
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

interface Stage {
  readonly gateway: TestGateway
  readonly engine: SimulatedUnderTest
  readonly set: (...replicas: readonly Replica[]) => void
}

async function stage(workers: number, model: object = {}, rest: object = {}): Promise<Stage> {
  const engine = await startSimulatedHere({}, 4096)
  cleanUps.push(() => engine.kill())
  const { source, set } = settableSource()
  const gateway = await startTestGateway(
    {
      gateway: { health: { interval: '50ms' } },
      models: [
        { name: 'm', engine: 'simulated', minReplicas: 0, maxReplicas: 2, maxInFlight: 2, ...model },
        { name: 'spare', engine: 'simulated', replicas: 0 },
      ],
      ...rest,
    },
    { source, workers },
  )
  cleanUps.push(() => gateway.close())
  return { gateway, engine, set }
}

const question = (more: object = {}) =>
  JSON.stringify({ model: 'm', max_tokens: 4, messages: [{ role: 'user', content: 'hello' }], ...more })
const untilWaiting = (gateway: TestGateway, count: number) =>
  until(`${count} wait`, async () => (await gateway.load()).queues.find(({ model }) => model === 'm')?.length === count)
const codeOf = ({ body }: WholeAnswer) => (JSON.parse(body.toString()) as { error: { code: string } }).error.code

// proves B11 (real part)
describe.each([1, 2])('a model without a replica, with %i threads', (workers) => {
  it('has its requests wait for the first one, shows that they do, and serves them all', async () => {
    const { gateway, engine, set } = await stage(workers)
    const answers = Array.from({ length: 6 }, () => gateway.ask(chat, question()))
    await untilWaiting(gateway, 6)
    set(replicaAt(engine.port, { phase: 'starting' }))
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses).toEqual(Array(6).fill(200))
    // A client has its last byte before the thread that sent it has noted the end.
    await untilWaiting(gateway, 0)
    await until('6 have ended', async () => {
      const load = (await gateway.load()).models.find(({ model }) => model === 'm')
      return load?.arrivals === 6 && load.ended === 6
    })
  })

  it('has them wait while its last replica leaves, too, and no request reaches that one', async () => {
    const { gateway, engine, set } = await stage(workers)
    set(replicaAt(engine.port, { phase: 'serving' }))
    expect((await gateway.ask(chat, question())).status).toBe(200)
    set(replicaAt(engine.port, { phase: 'draining' }))
    const answer = gateway.ask(chat, question())
    await untilWaiting(gateway, 1)
    const next = await startSimulatedHere({}, 4096)
    cleanUps.push(() => next.kill())
    set(replicaAt(engine.port, { phase: 'draining' }), replicaAt(next.port, { phase: 'starting', id: 'm-1' }))
    expect((await answer).status).toBe(200)
    const { replicas } = await gateway.load()
    expect(replicas.map(({ id, requests }) => [id, requests])).toEqual([
      ['m-0', 1],
      ['m-1', 1],
    ])
  })

  it('says why, and when to come again, to one whose time is over', async () => {
    const { gateway } = await stage(workers, { flow: { maxWait: '100ms' } })
    const answer = await gateway.ask(chat, question())
    expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'scaling_from_zero', '10'])
    const outcomes = 'fairlead_queue_outcomes_total{model="m",reason="scaling_from_zero"} 1'
    expect(await gateway.metrics()).toContain(outcomes)
  })

  it('is bounded by the client’s own limit as well', async () => {
    const { gateway } = await stage(workers)
    const answer = await gateway.ask(chat, question(), { headers: { 'x-request-timeout': '0.1' } })
    expect([answer.status, codeOf(answer)]).toEqual([503, 'scaling_from_zero'])
  })

  it('tells a stream that it waits', async () => {
    const { gateway, engine, set } = await stage(workers, {}, { gateway: { keepAliveAfter: '50ms' } })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(gateway.url + chat, { method: 'POST', headers, body: question({ stream: true }) })
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect([answer.status, (await reader?.read())?.value]).toEqual([200, ': scaling from zero\n\n'])
    set(replicaAt(engine.port, { phase: 'serving' }))
    let rest = ''
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) rest += piece.value
    expect(rest).toMatch(/data: .*data: \[DONE\]\n\n$/s)
  })

  it('refuses at once where it has failed for good, where it is never scaled, and where it is full of waiting', async () => {
    const { gateway, engine, set } = await stage(workers, { flow: { maxQueue: 1 } })
    const other = await gateway.ask(chat, question({ model: 'spare' }))
    expect([other.status, codeOf(other)]).toEqual([503, 'no_ready_replica'])
    const waiting = gateway.ask(chat, question())
    await untilWaiting(gateway, 1)
    expect(codeOf(await gateway.ask(chat, question()))).toBe('queue_full')
    set(replicaAt(engine.port, { phase: 'failed' }))
    expect(codeOf(await waiting)).toBe('no_ready_replica')
    expect(codeOf(await gateway.ask(chat, question()))).toBe('no_ready_replica')
  })
})

describe('what scaling reads', () => {
  it('are the engines’ own figures, of models that are scaled', async () => {
    const { gateway, engine, set } = await stage(1)
    set(replicaAt(engine.port, { phase: 'serving' }))
    await until('the engine was asked', async () => (await gateway.load()).replicas[0]?.reported !== null)
    const [replica] = (await gateway.load()).replicas
    expect(replica?.reported).toEqual({
      running: 0,
      waiting: 0,
      kvCacheUsage: expect.any(Number),
      kvCacheTokens: 32_768,
    })
  })
})
