import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { startSimulatedHere } from './testing/simulated-process.ts'
import { answerJson, startUpstream, type ProgrammableUpstream, type ReceivedRequest } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** Everything is shown with one thread and with four, whose queue is the control thread's. */
const threads = [{ workers: 1 }, { workers: 4 }] as const

const tell = (waiting: number, kvCacheUsage = 0) =>
  `vllm:num_requests_running 1\nvllm:num_requests_waiting ${waiting}\nvllm:kv_cache_usage_perc ${kvCacheUsage}\n`
const calm = tell(0)
/** Twice as many wait as make an engine saturated. */
const overloaded = tell(10)

const nameOf = ({ body }: ReceivedRequest) => (JSON.parse(body.toString()) as { readonly name?: string }).name ?? ''

/** An engine that holds what it gets until it is told to answer, and tells what load a test says. */
interface HeldEngine extends ProgrammableUpstream {
  /** Names of the requests that it has had, in the order of their coming. */
  readonly names: string[]
  /** Answers the request that it has had for longest. */
  release(): void
}

async function startEngine(metrics: string, port = 0): Promise<HeldEngine> {
  const open: ServerResponse[] = []
  const names: string[] = []
  const upstream = await startUpstream((response, received) => {
    names.push(nameOf(received))
    open.push(response)
  }, port)
  upstream.metrics = metrics
  cleanUps.push(() => upstream.kill())
  const release = () => void open.shift()?.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  return Object.assign(upstream, { names, release })
}

async function start(
  engines: readonly ProgrammableUpstream[],
  workers: number,
  settings: { readonly flow?: object; readonly model?: object; readonly more?: object } = {},
): Promise<TestGateway> {
  const addresses = engines.map(({ url }) => url)
  const gateway = await startTestGateway(
    {
      gateway: { health: { interval: '50ms' } },
      flow: { saturation: true, ...settings.flow },
      models: [{ name: 'm', engine: 'external', addresses, retry: { attempts: 1 }, ...settings.model }],
      ...settings.more,
    },
    { workers },
  )
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, engines.length)
  return gateway
}

const question = (name: string) => JSON.stringify({ model: 'm', name, messages: [{ role: 'user', content: 'Hello.' }] })
const waiting = async (gateway: TestGateway) =>
  (await gateway.load()).queues.find(({ model }) => model === 'm')?.length ?? 0
const untilWaiting = (gateway: TestGateway, count: number) =>
  until(`${count} wait`, async () => (await waiting(gateway)) === count)

/** Waits until replicas tell so many requests that wait in them, in the order of the Fleet. */
const untilTold = (gateway: TestGateway, ...expected: readonly number[]) =>
  until(`${expected.join()} are told`, async () => {
    const { replicas } = await gateway.load()
    return replicas.map(({ reported }) => reported?.waiting ?? -1).join() === expected.join()
  })

/** Has the engine hold one request, and as many wait as are named. */
async function holdBack(gateway: TestGateway, engine: HeldEngine, names: readonly string[], field: object = {}) {
  const answers = [gateway.ask(chat, question('first'))]
  await until('the engine has the first', () => engine.names.length === 1)
  for (const name of names) {
    const headers = name in field ? { 'x-fairlead-priority': name } : {}
    answers.push(gateway.ask(chat, question(name), { headers }))
    await untilWaiting(gateway, answers.length - 1)
  }
  return answers
}

async function expectNothingLeft(gateway: TestGateway): Promise<void> {
  await untilIdle(gateway)
  await untilWaiting(gateway, 0)
  expect(gateway.log.filter(({ msg }) => msg === 'a request failed inside the gateway')).toEqual([])
}

// proves C6 (stand-in)
describe.each(threads)('a replica whose engine has too much to do, with $workers threads', ({ workers }) => {
  it.each([
    ['requests wait in it', overloaded, 10],
    ['its KV cache is nearly full', tell(0, 0.85), 0],
  ])('gets one request at a time while %s, and all that wait once it says otherwise', async (_title, metrics, told) => {
    const engine = await startEngine(metrics)
    const gateway = await start([engine], workers)
    await untilTold(gateway, told)
    const answers = await holdBack(gateway, engine, ['a', 'b', 'c'])
    expect(engine.names).toEqual(['first'])
    engine.metrics = calm
    // The first is still held: nothing but the report lets them go.
    await until('all are there', () => engine.names.length === 4)
    for (let count = 0; count < 4; count += 1) engine.release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await expectNothingLeft(gateway)
  })

  it('gets what waits in the order of priorities, each as one ends, as long as it says so', async () => {
    const engine = await startEngine(overloaded)
    const levels = { batch: -1, urgent: 9 }
    const priorities = Object.entries(levels).map(([name, level]) => ({ name, level }))
    const gateway = await start([engine], workers, { flow: { priorities }, more: { access: { priority: 'urgent' } } })
    await untilTold(gateway, 10)
    const answers = await holdBack(gateway, engine, ['batch', 'plain', 'urgent'], levels)
    for (let turn = 1; turn <= 4; turn += 1) {
      await until('the next is there', () => engine.names.length === turn)
      expect(engine.openAnswers()).toBe(1)
      engine.release()
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(engine.names).toEqual(['first', 'urgent', 'plain', 'batch'])
    await expectNothingLeft(gateway)
  })

  it('gets what waits once it has told nothing for a while: nobody waits for a report that never comes', async () => {
    const engine = await startEngine(overloaded)
    const gateway = await start([engine], workers)
    await untilTold(gateway, 10)
    const answers = await holdBack(gateway, engine, ['a', 'b'])
    engine.metrics = null
    await until('all are there', () => engine.names.length === 3)
    for (let count = 0; count < 3; count += 1) engine.release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
    await expectNothingLeft(gateway)
  })

  it('gets what waits once its engine is started anew', async () => {
    const engines = [await startEngine(overloaded), await startEngine(overloaded)] as const
    const gateway = await start(engines, workers)
    await untilTold(gateway, 10, 10)
    const held = [gateway.ask(chat, question('x')), gateway.ask(chat, question('y'))]
    await until('both have one', () => engines.every(({ names }) => names.length === 1))
    const waits = ['a', 'b', 'c'].map((name) => gateway.ask(chat, question(name)))
    await untilWaiting(gateway, 3)
    const [dying, other] = engines
    dying.isReady = false
    await until('it is known', async () => (await gateway.load()).replicas.some(({ ready }) => !ready))
    await dying.kill()
    expect(await waiting(gateway)).toBe(3)
    const anew = await startEngine(calm, dying.port)
    await until('all are there', () => anew.names.length === 3)
    expect(other.names).toHaveLength(1)
    for (let count = 0; count < 3; count += 1) anew.release()
    expect((await Promise.all(waits)).map(({ status }) => status)).toEqual([200, 200, 200])
    other.release()
    expect((await Promise.all(held)).map(({ status }) => status).toSorted()).toEqual([200, 502])
    await expectNothingLeft(gateway)
  })

  it('gets what waits once the Fleet does not ask for it any more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-saturation-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    const fleetFile = join(folder, 'fleet.yaml')
    const engine = await startEngine(overloaded)
    const fleetWith = (saturation: boolean) => ({
      gateway: { health: { interval: '50ms' } },
      models: [{ name: 'm', engine: 'external', addresses: [engine.url], flow: { saturation } }],
    })
    const write = (saturation: boolean) =>
      writeFile(fleetFile, JSON.stringify({ name: 'test', ...fleetWith(saturation) }))
    await write(true)
    const gateway = await startTestGateway(fleetWith(true), { workers, fleetFile })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    await untilTold(gateway, 10)
    const answers = await holdBack(gateway, engine, ['a', 'b'])
    await write(false)
    await until('all are there', () => engine.names.length === 3)
    for (let count = 0; count < 3; count += 1) engine.release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
    await expectNothingLeft(gateway)
  })

  it('leaves nobody behind, whatever engines say and stop saying while many requests come', async () => {
    const engines = [await startEngine(overloaded), await startEngine(overloaded)]
    for (const engine of engines) {
      engine.behave = (...asked) => void setTimeout(() => answerJson({ ok: true })(...asked), 50)
    }
    const gateway = await start(engines, workers)
    await untilTold(gateway, 10, 10)
    const says = [overloaded, calm, null, 'nothing that is known', tell(2, 0.79), tell(4, 0.9)]
    const answers: Promise<number>[] = []
    let mostWaiting = 0
    for (let round = 0; round < 24; round += 1) {
      for (const [place, engine] of engines.entries())
        engine.metrics = says[(round * (place + 1)) % says.length] ?? null
      for (let count = 0; count < 8; count += 1) {
        answers.push(gateway.ask(chat, question(`${round}-${count}`)).then(({ status }) => status))
      }
      mostWaiting = Math.max(mostWaiting, await waiting(gateway))
    }
    // The last word of both is that they have too much to do: all are answered all the same.
    for (const engine of engines) engine.metrics = overloaded
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]))
    expect(mostWaiting).toBeGreaterThan(0)
    await expectNothingLeft(gateway)
  })

  it.each(['leastInFlight', 'roundRobin', 'prefix', 'load'])(
    'is passed over for another one, by %s',
    async (policy) => {
      const [busy, other] = [await startEngine(overloaded), await startEngine(calm)]
      const gateway = await start([busy, other], workers, { model: { routing: { policy } } })
      await untilTold(gateway, 10, 0)
      const answers = Array.from({ length: 8 }, (_, place) => gateway.ask(chat, question(`${place}`)))
      await until('all are there', () => busy.names.length + other.names.length === 8)
      expect(busy.names.length).toBeLessThanOrEqual(1)
      busy.release()
      for (let count = 0; count < 8; count += 1) other.release()
      expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true)
      await expectNothingLeft(gateway)
    },
  )
})

// proves C6 (real part)
describe.each(threads)('an engine of two places, with $workers threads', ({ workers }) => {
  it('is spared what comes while requests wait in it, and all are answered in the end', async () => {
    const engine = await startSimulatedHere({ maxSequences: 2, tokensPerSecond: 40 }, 4096)
    cleanUps.push(() => engine.kill())
    const gateway = await startTestGateway(
      {
        gateway: { health: { interval: '50ms' } },
        flow: { saturation: true },
        models: [{ name: 'm', engine: 'external', addresses: [engine.url] }],
      },
      { workers },
    )
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const body = JSON.stringify({ model: 'm', max_tokens: 12, messages: [{ role: 'user', content: 'Hello.' }] })
    const burst = () => Array.from({ length: 14 }, () => gateway.ask(chat, body))
    const first = burst()
    await until('it has told', async () => ((await gateway.load()).replicas[0]?.reported?.waiting ?? 0) >= 5)
    const second = burst()
    await until('some wait', async () => (await waiting(gateway)) > 0)
    const answers = await Promise.all([...first, ...second])
    expect(answers.map(({ status }) => status)).toEqual(Array(28).fill(200))
    await expectNothingLeft(gateway)
  })
})
