import { request as httpRequest, type ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { writeFileAtomic } from '../files/index.ts'
import type { GatewayOptions } from './run-gateway.ts'
import {
  startTestGateway,
  until,
  untilIdle,
  untilReady,
  type TestGateway,
  type WholeAnswer,
} from './testing/harness.ts'
import { answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** Everything is shown with one thread and with two, whose queue is the control thread's. */
const threads = [{ workers: 1 }, { workers: 2 }] as const

/** An engine that answers when it is told to. */
interface HeldEngine extends ProgrammableUpstream {
  /** Names of the requests that it has had, in the order of their coming. */
  readonly names: string[]
  /** Answers the request that it has had for longest. */
  release(): void
  /** Tells the one that it has had for longest to come again in a moment. */
  refuse(): void
  /** Answers everything from now on. */
  releaseAll(): void
}

async function startEngine(): Promise<HeldEngine> {
  const open: ServerResponse[] = []
  const names: string[] = []
  let isReady = false
  const upstream = await startUpstream((response, received) => {
    const { name } = JSON.parse(received.body.toString()) as { readonly name?: string }
    names.push(name ?? '')
    open.push(response)
    response.on('close', () => open.includes(response) && open.splice(open.indexOf(response), 1))
    if (isReady) release()
  })
  const next = () => {
    const response = open.shift()
    if (response === undefined) throw new Error('nobody is there to be answered')
    return response
  }
  const release = () => void next().writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  const refuse = () => void next().writeHead(503, { 'retry-after': '1' }).end('{}')
  cleanUps.push(() => upstream.kill())
  const releaseAll = () => {
    isReady = true
    while (open.length > 0) release()
  }
  return Object.assign(upstream, { names, release, refuse, releaseAll })
}

interface Settings {
  readonly flow?: object
  readonly model?: object
  readonly gateway?: object
  readonly access?: object
  readonly models?: readonly object[]
}

const fleetOf = (engines: readonly ProgrammableUpstream[], settings: Settings) => ({
  gateway: { health: { interval: '50ms' }, ...settings.gateway },
  flow: settings.flow ?? {},
  ...(settings.access === undefined ? {} : { access: settings.access }),
  models: [
    { name: 'm', engine: 'external', addresses: engines.map(({ url }) => url), maxInFlight: 1, ...settings.model },
    ...(settings.models ?? []),
  ],
})

async function start(
  engines: readonly ProgrammableUpstream[],
  settings: Settings,
  options: Partial<GatewayOptions>,
): Promise<TestGateway> {
  const gateway = await startTestGateway(fleetOf(engines, settings), options)
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, engines.length)
  return gateway
}

const keyOf = (name: string) => ({ 'x-api-key': (name.startsWith('light') ? 'light' : 'flood').repeat(10) })
const priorities = [
  { name: 'interactive', level: 10 },
  { name: 'batch', level: -10 },
]
/** Asks for the priority of its name; without one it is called plain. */
const askedPriority = (name: string): Record<string, string> =>
  name === 'plain' ? {} : { 'x-fairlead-priority': name }
/** The key of its first word asks for the priority of its second. */
function ownerAsking(name: string): Record<string, string> {
  const [owner = '', asked = 'none'] = name.split(' ')
  return { 'x-api-key': owner.repeat(10), 'x-fairlead-priority': asked }
}
const question = (name: string, more: object = {}) => JSON.stringify({ model: 'm', name, ...more })
const queueOf = async (gateway: TestGateway) => (await gateway.load()).queues.find(({ model }) => model === 'm')
const untilWaiting = (gateway: TestGateway, count: number) =>
  until(`${count} wait`, async () => (await queueOf(gateway))?.length === count)
const codeOf = ({ body }: WholeAnswer) => (JSON.parse(body.toString()) as { error: { code: string } }).error.code
async function valueOf(gateway: TestGateway, series: string): Promise<number> {
  const line = (await gateway.metrics()).split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}
const outcomes = (gateway: TestGateway, reason: string) =>
  valueOf(gateway, `fairlead_queue_outcomes_total{model="m",reason="${reason}"}`)

/** The first request, which the engine holds. */
async function occupy(
  gateway: TestGateway,
  engine: HeldEngine,
  headers: Record<string, string> = {},
): Promise<{ readonly first: Promise<WholeAnswer> }> {
  const first = gateway.ask(chat, question('first'), { headers })
  await until('the engine has the first', () => engine.names.length === 1)
  return { first }
}

/** Asks one after the other, each once the one before waits. */
async function queueUp(
  gateway: TestGateway,
  names: readonly string[],
  headersFor: (name: string) => Record<string, string> = () => ({}),
): Promise<Promise<WholeAnswer>[]> {
  const answers: Promise<WholeAnswer>[] = []
  for (const name of names) {
    answers.push(gateway.ask(chat, question(name), { headers: headersFor(name) }))
    await untilWaiting(gateway, answers.length)
  }
  return answers
}

/** Answers so many, each once it is there: no two are on the engine at once. */
async function answerInTurn(engine: HeldEngine, count: number): Promise<void> {
  for (let turn = 1; turn <= count; turn += 1) {
    await until('the next is there', () => engine.names.length === turn)
    engine.release()
  }
}

/** Nothing waits, nothing is in flight, and the next request is answered. */
async function expectNothingLeft(gateway: TestGateway, engine: HeldEngine): Promise<void> {
  await untilWaiting(gateway, 0)
  await untilIdle(gateway)
  expect(gateway.log.filter(({ msg }) => msg === 'a request failed inside the gateway')).toEqual([])
  engine.behave = answerJson({ ok: true })
  await until('the next is answered', async () => (await gateway.ask(chat, question('next'))).status === 200)
  await untilIdle(gateway)
  expect(await queueOf(gateway)).toMatchObject({ length: 0, tokens: 0, oldestMs: 0, priorities: [] })
}

// proves C6 (stand-in)
describe.each(threads)('requests that wait, with $workers threads', ({ workers }) => {
  const options = { workers }

  it('go on in the order of their coming, one for each answer that ends', async () => {
    const engine = await startEngine()
    const gateway = await start([engine], {}, options)
    const { first } = await occupy(gateway, engine)
    const others = await queueUp(gateway, ['a', 'b', 'c'])
    expect(engine.names).toEqual(['first'])
    expect(await queueOf(gateway)).toMatchObject({ length: 3, priorities: [{ priority: 0, length: 3 }] })
    await answerInTurn(engine, 4)
    const answers = await Promise.all([first, ...others])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(engine.names).toEqual(['first', 'a', 'b', 'c'])
    await until('all are counted', async () => (await outcomes(gateway, '')) === 3)
    expect(await valueOf(gateway, 'fairlead_queue_wait_seconds_count{model="m"}')).toBe(3)
    await expectNothingLeft(gateway, engine)
  })

  it('go before others by priority, and batch work last', async () => {
    const engine = await startEngine()
    const settings = { flow: { priorities }, access: { priority: 'interactive' } }
    const gateway = await start([engine], settings, options)
    const { first } = await occupy(gateway, engine)
    const others = await queueUp(gateway, ['batch', 'plain', 'unknown', 'interactive'], askedPriority)
    await answerInTurn(engine, 5)
    await Promise.all([first, ...others])
    expect(engine.names).toEqual(['first', 'interactive', 'plain', 'unknown', 'batch'])
    expect(engine.received.every(({ headers }) => headers['x-fairlead-priority'] === undefined)).toBe(true)
  })

  it('go before nobody by a priority that nobody gave them, and behind the others by a low one', async () => {
    const engine = await startEngine()
    const gateway = await start([engine], { flow: { priorities } }, options)
    const { first } = await occupy(gateway, engine)
    const others = await queueUp(gateway, ['batch', 'plain', 'interactive'], askedPriority)
    await answerInTurn(engine, 4)
    await Promise.all([first, ...others])
    expect(engine.names).toEqual(['first', 'plain', 'interactive', 'batch'])
  })

  it('have the priority that their key may have at the most', async () => {
    const levels = [...priorities, { name: 'evening', level: -5 }]
    const keys = [
      { name: 'urgent', value: { env: 'URGENT' }, priority: 'interactive' },
      { name: 'usual', value: { env: 'USUAL' } },
      { name: 'late', value: { env: 'LATE' }, priority: 'batch' },
    ]
    const environment = Object.fromEntries(keys.map(({ name, value }) => [value.env, name.repeat(10)]))
    const engine = await startEngine()
    const settings = { flow: { priorities: levels, fairness: 'none' }, access: { keys, priority: 'evening' } }
    const gateway = await start([engine], settings, { ...options, environment })
    const { first } = await occupy(gateway, engine, ownerAsking('usual'))
    const names = ['late interactive', 'usual interactive', 'usual batch', 'urgent', 'urgent interactive', 'late']
    const others = await queueUp(gateway, names, ownerAsking)
    await answerInTurn(engine, 7)
    await Promise.all([first, ...others])
    const turns = ['urgent interactive', 'urgent', 'usual interactive', 'late interactive', 'usual batch', 'late']
    expect(engine.names).toEqual(['first', ...turns])
  })

  it('take turns between keys, so that one with many requests does not hold up one with few', async () => {
    const keysFile = ['flood', 'light'].map((name) => `${name} ${name.repeat(10)}`).join('\n')
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-keys-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    await writeFileAtomic(join(folder, 'keys.txt'), keysFile)
    const engine = await startEngine()
    const gateway = await start([engine], { access: { keysFile: join(folder, 'keys.txt') } }, options)
    const { first } = await occupy(gateway, engine, keyOf('flood'))
    const names = ['flood-1', 'flood-2', 'flood-3', 'light-1', 'light-2']
    const others = await queueUp(gateway, names, keyOf)
    await answerInTurn(engine, 6)
    await Promise.all([first, ...others])
    expect(engine.names).toEqual(['first', 'flood-1', 'light-1', 'flood-2', 'light-2', 'flood-3'])
  })

  it('are refused when the queue is full, batch work first, and are told when to come again', async () => {
    const flow = { maxQueue: 2, priorities: [{ name: 'batch', level: -1 }] }
    const engine = await startEngine()
    const gateway = await start([engine], { flow }, options)
    const { first } = await occupy(gateway, engine)
    const [batch, plain] = await queueUp(gateway, ['batch', 'plain'], (name): Record<string, string> =>
      name === 'batch' ? { 'x-fairlead-priority': 'batch' } : {},
    )
    const other = gateway.ask(chat, question('other'))
    const shed = await batch
    const refused = await gateway.ask(chat, question('late'))
    for (const answer of [shed, refused]) {
      expect([answer?.status, answer === undefined ? '' : codeOf(answer)]).toEqual([503, 'queue_full'])
      expect(answer?.headers['retry-after']).toMatch(/^[23]$/)
    }
    expect(await outcomes(gateway, 'queue_full')).toBe(2)
    await answerInTurn(engine, 3)
    const answers = await Promise.all([first, plain, other])
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200])
    await expectNothingLeft(gateway, engine)
  })

  it('leave at their deadline with queue_timeout, and the engine never hears of them', async () => {
    const engine = await startEngine()
    const gateway = await start([engine], { flow: { maxWait: '150ms' } }, options)
    const { first } = await occupy(gateway, engine)
    const late = await gateway.ask(chat, question('late'))
    expect([late.status, codeOf(late)]).toEqual([503, 'queue_timeout'])
    expect(Number(late.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    await untilWaiting(gateway, 0)
    expect(await outcomes(gateway, 'queue_timeout')).toBe(1)
    engine.release()
    await first
    expect(engine.names).toEqual(['first'])
    await expectNothingLeft(gateway, engine)
  })

  it('leave with queue_timeout when the client’s own time is over too', async () => {
    const engine = await startEngine()
    const gateway = await start([engine], {}, options)
    const { first } = await occupy(gateway, engine)
    const late = await gateway.ask(chat, question('late'), { headers: { 'x-request-timeout': '0.2' } })
    expect([late.status, codeOf(late)]).toEqual([503, 'queue_timeout'])
    engine.release()
    await first
    await expectNothingLeft(gateway, engine)
  })

  it('that have their turn too late for an answer are told queue_timeout, and their replica is not to blame', async () => {
    const [engine, other] = [await startEngine(), await startEngine()]
    const total = { ttft: '4s', idle: '4s', total: '4s' }
    const ejection = { failures: 2, maxShare: 0.5 }
    const settings = { model: { deadlines: total }, gateway: { ejection, health: { interval: '50ms' } } }
    const gateway = await start([engine, other], settings, options)
    const first = [gateway.ask(chat, question('x')), gateway.ask(chat, question('y'))]
    await until('both have one', () => engine.names.length === 1 && other.names.length === 1)
    // Time for them to be answered, so that the others have their turn before their own time is over.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const late = [gateway.ask(chat, question('late')), gateway.ask(chat, question('stream', { stream: true }))]
    expect((await Promise.all(first)).map(codeOf)).toEqual(['deadline_total', 'deadline_total'])
    const answers = await Promise.all(late)
    expect(engine.names.length + other.names.length).toBe(4)
    expect(answers.map(({ status }) => status)).toEqual([503, 503])
    expect(answers.map(codeOf)).toEqual(['queue_timeout', 'queue_timeout'])
    for (const { headers } of answers) expect(headers['retry-after']).toMatch(/^\d+$/)
    await untilIdle(gateway)
    expect(await gateway.metrics()).not.toMatch(/^fairlead_gateway_ejections_total\{.*\} [1-9]/m)
  })

  it('have the whole time of deadlines.ttft once an engine is asked', async () => {
    const engine = await startEngine()
    const gateway = await start([engine], { model: { deadlines: { ttft: '1s' } } }, options)
    const { first } = await occupy(gateway, engine)
    const waiting = gateway.ask(chat, question('stream', { stream: true }))
    await untilWaiting(gateway, 1)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    engine.release()
    await until('it has its turn', () => engine.names.length === 2)
    engine.release()
    expect((await waiting).status).toBe(200)
    await first
  })

  it('hear that they are not forgotten, when they stream, and of a refusal as an event', async () => {
    const engine = await startEngine()
    const settings = { flow: { maxWait: '500ms' }, gateway: { keepAliveAfter: '100ms', health: { interval: '50ms' } } }
    const gateway = await start([engine], settings, options)
    const { first } = await occupy(gateway, engine)
    const answer = await gateway.ask(chat, question('stream', { stream: true }))
    expect(answer.status).toBe(200)
    expect(answer.body.toString()).toMatch(/^:[^]*event: error\ndata: [^\n]*"code":"queue_timeout"[^]*$/)
    engine.release()
    await first
    await expectNothingLeft(gateway, engine)
  })

  it('wait on through a change of the Fleet, and get the replica that it brings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-flow-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    const [engine, second] = [await startEngine(), await startEngine()]
    const fleetFile = join(folder, 'fleet.json')
    const write = (engines: readonly ProgrammableUpstream[]) =>
      writeFileAtomic(fleetFile, JSON.stringify({ name: 'test', ...fleetOf(engines, {}) }))
    await write([engine])
    const gateway = await start([engine], {}, { ...options, fleetFile })
    const { first } = await occupy(gateway, engine)
    const [waiting] = await queueUp(gateway, ['waiting'])
    await write([engine, second])
    await gateway.reload()
    await until('the new one has it', () => second.names.includes('waiting'))
    second.release()
    engine.release()
    expect([(await waiting)?.status, (await first).status]).toEqual([200, 200])
  })

  it('let one wait again whose retry comes when its place is taken', async () => {
    const engine = await startEngine()
    const retry = { attempts: 2, backoff: '1ms', statuses: [503] }
    const gateway = await start([engine], { model: { retry } }, options)
    const { first } = await occupy(gateway, engine)
    const [second] = await queueUp(gateway, ['second'])
    engine.refuse()
    await until('the second has its turn', () => engine.names.length === 2)
    await untilWaiting(gateway, 1)
    engine.release()
    await until('the first has another', () => engine.names.length === 3)
    engine.release()
    expect([(await first).status, (await second)?.status]).toEqual([200, 200])
    expect(engine.names).toEqual(['first', 'second', 'first'])
    await expectNothingLeft(gateway, engine)
  })

  it('are passed over by a fallback model’s free replica, which is asked at once', async () => {
    const [engine, other] = [await startEngine(), await startEngine()]
    const fallback = { name: 'n', engine: 'external', addresses: [other.url], maxInFlight: 1 }
    const settings = { model: { routing: { fallbackModels: ['n'] } }, models: [fallback] }
    const gateway = await startTestGateway(fleetOf([engine], settings), options)
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 2)
    const { first } = await occupy(gateway, engine)
    const second = gateway.ask(chat, question('second'))
    await until('the fallback has it', () => other.names.length === 1)
    const [third] = await queueUp(gateway, ['third'])
    engine.release()
    await until('it has its turn', () => engine.names.includes('third'))
    engine.release()
    other.release()
    expect((await Promise.all([first, second, third])).map((answer) => answer?.status)).toEqual([200, 200, 200])
  })
})

// proves C6, C7, Q7 (stand-in)
describe.each(threads)('faults while requests wait, with $workers threads', ({ workers }) => {
  const options = { workers }

  it.each(['FIN', 'RST'] as const)('a client that goes by %s leaves at once, once', async (death) => {
    const engine = await startEngine()
    const gateway = await start([engine], {}, options)
    const { first } = await occupy(gateway, engine)
    const going = httpRequest(gateway.url + chat, { agent: false, method: 'POST' })
    going.on('error', () => {})
    going.end(question('going'))
    await untilWaiting(gateway, 1)
    const staying = gateway.ask(chat, question('staying'))
    await untilWaiting(gateway, 2)
    if (death === 'FIN') going.socket?.end()
    else going.socket?.resetAndDestroy()
    await untilWaiting(gateway, 1)
    engine.release()
    await until('who stays has its turn', () => engine.names.length === 2)
    engine.release()
    expect([(await first).status, (await staying).status]).toEqual([200, 200])
    expect(engine.names).toEqual(['first', 'staying'])
    expect(await outcomes(gateway, 'client_closed')).toBe(1)
    await until('all are logged', () => gateway.log.filter(({ msg }) => msg === 'request').length >= 3)
    const records = gateway.log.filter(({ msg, reason }) => msg === 'request' && reason === 'client_closed')
    expect(records).toHaveLength(1)
    await expectNothingLeft(gateway, engine)
  })

  it('a replica that dies leaves its place to nobody: the others’ places are given on', async () => {
    const [dying, engine] = [await startEngine(), await startEngine()]
    const gateway = await start([dying, engine], { model: { retry: { attempts: 1 } } }, options)
    const running = [gateway.ask(chat, question('x')), gateway.ask(chat, question('y'))]
    await until('both have one', () => dying.names.length === 1 && engine.names.length === 1)
    const waiting = await queueUp(gateway, ['a', 'b', 'c'])
    await dying.kill()
    await until('it is known', async () => (await gateway.load()).replicas.some(({ ready }) => !ready))
    engine.releaseAll()
    const answers = await Promise.all([...running, ...waiting])
    // One that was on the dead replica, and those that were sent to it before that was known, have its error.
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3)
    expect(answers.every(({ status }) => status === 200 || status === 502)).toBe(true)
    await expectNothingLeft(gateway, engine)
  })

  it('all replicas that die are told to those who wait: no_ready_replica', async () => {
    const engine = await startEngine()
    const gateway = await start([engine], { model: { retry: { attempts: 1 } } }, options)
    const { first } = await occupy(gateway, engine)
    const waiting = await queueUp(gateway, ['a', 'b'])
    await engine.kill()
    expect((await first).status).toBe(502)
    const codes = (await Promise.all(waiting)).map(codeOf)
    for (const code of codes) expect(['no_ready_replica', 'upstream_connect']).toContain(code)
    expect(codes.at(-1)).toBe('no_ready_replica')
    await untilWaiting(gateway, 0)
    await untilIdle(gateway)
  })

  it('a drain lets those who wait have their turn, and tells the rest', async () => {
    const engine = await startEngine()
    const drain = { timeout: '1s', settle: '10ms' }
    const gateway = await start([engine], { gateway: { drain, health: { interval: '50ms' } } }, options)
    const { first } = await occupy(gateway, engine)
    const [second, third] = await queueUp(gateway, ['second', 'third'])
    const drained = gateway.drain()
    engine.release()
    await until('the second has its turn', () => engine.names.includes('second'))
    engine.release()
    await until('the third has its turn', () => engine.names.includes('third'))
    expect([(await first).status, (await second)?.status]).toEqual([200, 200])
    const told = await third
    expect([told?.status, told === undefined ? '' : codeOf(told)]).toEqual([503, 'draining'])
    await drained
  })

  it('a gateway that stops tells those who wait: draining', async () => {
    const engine = await startEngine()
    const drain = { timeout: '200ms', settle: '10ms' }
    const gateway = await start([engine], { gateway: { drain, health: { interval: '50ms' } } }, options)
    const { first } = await occupy(gateway, engine)
    const waiting = await queueUp(gateway, ['a', 'b'])
    await gateway.drain()
    const answers = await Promise.all([first, ...waiting])
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(answers.map(codeOf)).toEqual(['draining', 'draining', 'draining'])
    expect(engine.names).toEqual(['first'])
  })
})
