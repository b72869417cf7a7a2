import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Publisher, Subscriber } from 'zeromq'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Replica } from '../discovery/index.ts'
import { loadZeromq } from './kv-events/load-zeromq.ts'
import type { GatewayOptions } from './run-gateway.ts'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { replicaAt, settableSource, type SettableSource } from './testing/settable-source.ts'
import { startSimulatedHere, startSimulatedProcess, type SimulatedUnderTest } from './testing/simulated-process.ts'

const cleanUps: (() => unknown)[] = []
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fl-exact-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})

/** Each test starts two engines and a gateway, on a machine that may have other work. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const patience = 60_000
const chatPath = '/v1/chat/completions'
const contextTokens = 1024

interface Place {
  readonly endpoint: string
  readonly replayEndpoint: string
}

/** How an engine is started: here, or in a process that a test kills, perhaps with a port that another one had. */
interface Start {
  readonly settings?: object
  readonly isProcess?: boolean
  readonly port?: number | undefined
}

/** An engine that publishes at sockets of its name. */
async function startEngine(name: string, start: Start = {}): Promise<SimulatedUnderTest & Place> {
  const place = { endpoint: `ipc://${join(folder, name)}`, replayEndpoint: `ipc://${join(folder, `${name}-replay`)}` }
  const settings = { kvEvents: place, ...start.settings }
  const engine =
    start.isProcess === true
      ? await startSimulatedProcess(settings, contextTokens, start.port)
      : await startSimulatedHere(settings, contextTokens)
  cleanUps.push(() => engine.kill())
  return { ...engine, ...place }
}

const replicaOf = (index: number, port: number, { endpoint, replayEndpoint }: Place, generation = 1): Replica =>
  replicaAt(port, { id: `m-${index}`, generation, kvEvents: { endpoint, replayEndpoint, ranks: 1 } })

interface Served {
  readonly gateway: TestGateway
  readonly engines: (SimulatedUnderTest & Place)[]
  readonly replicas: readonly Replica[]
  readonly set: SettableSource['set']
}

async function serve(workers: number, start: Start = {}, options: Partial<GatewayOptions> = {}): Promise<Served> {
  const engines = [await startEngine('a', start), await startEngine('b', start)]
  const replicas = engines.map((engine, index) => replicaOf(index, engine.port, engine))
  const { source, set } = settableSource(...replicas)
  const models = [{ name: 'm', engine: 'simulated', replicas: 2, routing: { policy: 'prefixExact' } }]
  const gateway = await startTestGateway(
    { gateway: { workers, health: { interval: '100ms' } }, models },
    { source, ...options },
  )
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, 2)
  return { gateway, engines, replicas, set }
}

const state = async (gateway: TestGateway) => (await gateway.load()).exact[0]
const untilOn = (gateway: TestGateway) =>
  until('it is routed by what engines say', async () => (await state(gateway))?.state === 'on', patience)
const untilBlocks = (gateway: TestGateway, wanted: (blocks: number) => boolean) =>
  until('what engines hold is known', async () => wanted((await state(gateway))?.blocks ?? 0), patience)

/** A conversation whose first turn is nearly all of it, so that no load outweighs it; families differ from their first block on. */
const conversation = (family: string, turns: number, words = 120) => ({
  model: 'm',
  max_tokens: 2,
  messages: Array.from({ length: turns }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: `${family} ${turn}${' river stone'.repeat(turn === 0 ? words : 4)}`,
  })),
})

const image = (uuid: string) => ({ type: 'image_url', image_url: { url: 'https://example.com/a.png' }, uuid })

/** A conversation about two images; families differ in the first image alone. */
const pictures = (family: string, turns: number) => {
  const { messages, ...rest } = conversation('what', turns)
  const [first, ...others] = messages
  const content = [image(family), { type: 'text', text: first?.content }, image('map')]
  return { ...rest, messages: [{ role: 'user', content }, ...others] }
}

/** Who answered the last request, and what decided. */
async function ask(
  gateway: TestGateway,
  body: object,
  path = chatPath,
): Promise<{ readonly replica: unknown; readonly choice: unknown }> {
  const before = gateway.log.filter(({ msg }) => msg === 'request').length
  const answer = await gateway.ask(path, JSON.stringify(body))
  expect(answer.status).toBe(200)
  const lines = () => gateway.log.filter(({ msg }) => msg === 'request')
  await until('it is in the log', () => lines().length > before)
  const { replica, choice } = lines().at(-1) ?? {}
  return { replica, choice }
}

// proves C4 (simulated)
describe.each([1, 2])('routing by what engines say that they hold, with %i thread(s)', (workers) => {
  it('sends a second turn to who holds the first, of which no gateway knows but by events', async () => {
    const { gateway, engines } = await serve(workers)
    await untilOn(gateway)
    for (const [index, family] of ['one', 'two', 'three', 'four', 'five', 'six'].entries()) {
      await engines[index % 2]?.ask(chatPath, conversation(family, 1))
    }
    await untilBlocks(gateway, (blocks) => blocks >= 40)
    // Turned about, so that neither turns nor the last choice could give the same.
    for (const [index, family] of ['one', 'two', 'three', 'four', 'five', 'six'].entries()) {
      expect(await ask(gateway, conversation(family, 3))).toEqual({ replica: `m-${index % 2}`, choice: 'prefix' })
    }
    await untilIdle(gateway)
    const metrics = await gateway.metrics()
    expect(metrics).toMatch(/^fairlead_scheduler_exact_requests_total\{model="m",reason=""\} 6$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_predictions_total\{model="m",reason=""\} 6$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_prediction_error_blocks_bucket\{model="m",le="2"\} 6$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_exact_active\{model="m"\} 1$/m)
  })

  it('finds who holds a conversation that goes on in another dialect, once as a stream and once whole', async () => {
    const { gateway, engines } = await serve(workers)
    await untilOn(gateway)
    const families = ['one', 'two', 'three', 'four', 'five', 'six']
    for (const [index, family] of families.entries()) await engines[index % 2]?.ask(chatPath, conversation(family, 1))
    await untilBlocks(gateway, (blocks) => blocks >= 40)
    for (const [index, family] of families.entries()) {
      const [path, field] = index < 3 ? ['/v1/messages', 'messages'] : ['/v1/responses', 'input']
      const { messages, ...rest } = conversation(family, 3)
      const told = await ask(gateway, { ...rest, [field]: messages, stream: index % 2 === 0 }, path)
      expect(told).toEqual({ replica: `m-${index % 2}`, choice: 'prefix' })
    }
    await untilIdle(gateway)
    const metrics = await gateway.metrics()
    expect(metrics).toMatch(/^fairlead_scheduler_exact_requests_total\{model="m",reason=""\} 6$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_predictions_total\{model="m",reason=""\} 6$/m)
  })

  it('tells conversations apart by their images, and finds who holds which behind them', async () => {
    const { gateway, engines } = await serve(workers)
    await untilOn(gateway)
    const families = ['cat', 'dog', 'owl', 'fox', 'elk', 'bee']
    for (const [index, family] of families.entries()) await engines[index % 2]?.ask(chatPath, pictures(family, 1))
    await untilBlocks(gateway, (blocks) => blocks >= 40)
    for (const [index, family] of families.entries()) {
      expect(await ask(gateway, pictures(family, 3))).toEqual({ replica: `m-${index % 2}`, choice: 'prefix' })
    }
    await untilIdle(gateway)
    const metrics = await gateway.metrics()
    expect(metrics).toMatch(/^fairlead_scheduler_exact_requests_total\{model="m",reason=""\} 6$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_predictions_total\{model="m",reason=""\} 6$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_prediction_error_blocks_bucket\{model="m",le="0"\} 6$/m)
    expect(await state(gateway)).toMatchObject({ images: true })
  })

  it('refuses what cannot be said in a chat, as it does without events', async () => {
    const { gateway, engines } = await serve(workers)
    await untilOn(gateway)
    await engines[0]?.ask(chatPath, conversation('one', 1))
    await untilBlocks(gateway, (blocks) => blocks > 5)
    const { messages } = conversation('one', 1)
    const body = { model: 'm', max_tokens: 2, messages, container: 'c' }
    const answer = await gateway.ask('/v1/messages', JSON.stringify(body))
    expect([answer.status, answer.body.toString()]).toEqual([400, expect.stringContaining('there are no containers')])
    expect((await gateway.ask(chatPath, JSON.stringify(conversation('one', 3)))).status).toBe(200)
  })

  it('counts no block that was evicted', async () => {
    const { gateway, engines } = await serve(workers, {
      settings: { maxSequences: 1, kvCapacityTokens: contextTokens },
    })
    await untilOn(gateway)
    await engines[0]?.ask(chatPath, conversation('early', 1, 200))
    await untilBlocks(gateway, (blocks) => blocks > 20)
    expect(await ask(gateway, conversation('early', 1, 200))).toEqual({ replica: 'm-0', choice: 'prefix' })
    for (const family of ['late', 'later', 'latest']) await engines[0]?.ask(chatPath, conversation(family, 1, 400))
    await until(
      'it forgot',
      async () => (await ask(gateway, conversation('early', 1, 200))).choice === 'new-prompt',
      patience,
    )
  })

  it('forgets an engine that began anew, of which only its events tell', async () => {
    const { gateway, engines } = await serve(workers, { isProcess: true })
    await untilOn(gateway)
    await engines[1]?.ask(chatPath, conversation('held', 1))
    await untilBlocks(gateway, (blocks) => blocks > 5)
    expect(await ask(gateway, conversation('held', 1))).toEqual({ replica: 'm-1', choice: 'prefix' })
    await engines[1]?.kill()
    await startEngine('b', { isProcess: true, port: engines[1]?.port })
    await untilBlocks(gateway, (blocks) => blocks === 0)
    await untilReady(gateway, 2)
    expect((await ask(gateway, conversation('held', 1))).choice).toBe('new-prompt')
  })

  it('forgets a replica whose process is another, and learns what that one holds', async () => {
    const { gateway, engines, replicas, set } = await serve(workers, { isProcess: true })
    await untilOn(gateway)
    await engines[0]?.ask(chatPath, conversation('other', 1))
    await untilBlocks(gateway, (blocks) => blocks > 5)
    await engines[0]?.kill()
    const successor = await startEngine('a', { isProcess: true })
    set(replicaOf(0, successor.port, successor, 2), ...replicas.slice(1))
    await untilBlocks(gateway, (blocks) => blocks === 0)
    await untilReady(gateway, 2)
    await successor.ask(chatPath, conversation('new', 1))
    await untilBlocks(gateway, (blocks) => blocks > 5)
    expect(await ask(gateway, conversation('new', 3))).toEqual({ replica: 'm-0', choice: 'prefix' })
  })

  it('has events replayed that got lost on their way', async () => {
    const engine = await startEngine('a')
    const [subscriber, publisher] = [new Subscriber({ linger: 0 }), new Publisher({ linger: 0 })]
    cleanUps.push(
      () => subscriber.close(),
      () => publisher.close(),
    )
    subscriber.connect(engine.endpoint)
    subscriber.subscribe()
    const endpoint = `ipc://${join(folder, 'lossy')}`
    await publisher.bind(endpoint)
    const passed = { count: 0, isLossy: false }
    void (async () => {
      for await (const frames of subscriber) {
        passed.count += 1
        if (!passed.isLossy) await publisher.send(frames)
      }
    })()
    const other = await startEngine('b')
    const { source } = settableSource(
      replicaOf(0, other.port, other),
      replicaOf(1, engine.port, { endpoint, replayEndpoint: engine.replayEndpoint }),
    )
    const models = [{ name: 'm', engine: 'simulated', replicas: 2, routing: { policy: 'prefixExact' } }]
    const gateway = await startTestGateway({ gateway: { workers, health: { interval: '100ms' } }, models }, { source })
    cleanUps.push(() => gateway.close())
    await untilOn(gateway)
    await engine.ask(chatPath, conversation('heard', 1))
    await untilBlocks(gateway, (blocks) => blocks > 5)
    passed.isLossy = true
    const before = passed.count
    await engine.ask(chatPath, conversation('unheard', 1))
    await until('they are lost', () => passed.count > before)
    passed.isLossy = false
    await engine.ask(chatPath, conversation('heard again', 1))
    await untilBlocks(gateway, (blocks) => blocks > 20)
    expect(await ask(gateway, conversation('unheard', 3))).toEqual({ replica: 'm-1', choice: 'prefix' })
    expect((await state(gateway))?.replicas.map(({ losses }) => losses)).toEqual([0, 0])
  })

  it('goes by what was sent where for what cannot be rendered here, and says how often', async () => {
    const { gateway, engines } = await serve(workers)
    await untilOn(gateway)
    await engines[0]?.ask(chatPath, conversation('one', 1))
    await untilBlocks(gateway, (blocks) => blocks > 5)
    const huge = conversation('one', 1, 90_000)
    await gateway.ask(chatPath, JSON.stringify(huge))
    await gateway.ask('/v1/embeddings', JSON.stringify({ model: 'm', input: 'river stone '.repeat(120) }))
    await untilIdle(gateway)
    const metrics = await gateway.metrics()
    expect(metrics).toMatch(/^fairlead_scheduler_exact_requests_total\{model="m",reason="too_large"\} 1$/m)
    expect(metrics).toMatch(/^fairlead_scheduler_exact_requests_total\{model="m",reason="other_path"\} 1$/m)
  })
})

/** A thread counts a request a moment after it has given its place back. */
const untilCounted = (gateway: TestGateway, line: RegExp) =>
  until(`it counts ${line.source}`, async () => line.test(await gateway.metrics()))

/** Who was asked for a request, in the order of the engines. */
async function askedFor(gateway: TestGateway, body: object): Promise<readonly number[]> {
  const requests = async () => (await gateway.load()).replicas.map((replica) => replica.requests)
  const before = await requests()
  const answer = await gateway.ask(chatPath, JSON.stringify(body))
  expect([answer.status, answer.isBroken]).toEqual([200, false])
  await untilIdle(gateway)
  return (await requests()).map((count, index) => count - (before[index] ?? 0))
}

/** Two replicas that prefill and two that decode. */
async function servePair(workers: number, minPromptTokens = 200) {
  const roles = ['prefill', 'prefill', 'decode', 'decode'] as const
  const engines = await Promise.all(
    roles.map((role, index) => startEngine(`${role}-${index}`, { settings: { kvConnector: 'nixl' } })),
  )
  const replicas = engines.map((engine, index): Replica => {
    const role = roles[index] ?? 'both'
    return { ...replicaOf(index, engine.port, engine), id: `${role}-${index}`, role }
  })
  const { source } = settableSource(...replicas)
  const model = {
    name: 'm',
    engine: 'simulated',
    prefill: { replicas: 2 },
    decode: { replicas: 2 },
    routing: { policy: 'prefixExact', disaggregation: { minPromptTokens } },
  }
  const gateway = await startTestGateway(
    { gateway: { workers, health: { interval: '100ms' } }, models: [model] },
    { source },
  )
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, 4)
  await untilOn(gateway)
  return { gateway, engines }
}

// proves C4, C5 (simulated)
describe.each([1, 2])('prefill and decode by what engines say that they hold, with %i thread(s)', (workers) => {
  it('has a prompt computed where it is held, and answered without that by a replica that holds most of it', async () => {
    const { gateway, engines } = await servePair(workers)
    const families = ['one', 'two', 'three', 'four']
    // Past the gateway: it knows of these from events alone.
    for (const [index, family] of families.entries()) await engines[index]?.ask(chatPath, conversation(family, 1))
    await untilBlocks(gateway, (blocks) => blocks >= 60)
    for (const [index, family] of families.entries()) {
      const asked = await askedFor(gateway, conversation(family, 3))
      const holder = asked.map((_, place) => Number(place === index))
      // The decode replicas hold nothing of the first two, and either may get them.
      const [first, second] =
        index < 2
          ? [
              [1, 0],
              [0, 1],
            ]
          : [holder.slice(2), holder.slice(2)]
      expect([family, asked.slice(0, 2)]).toEqual([family, holder.slice(0, 2)])
      expect([first, second]).toContainEqual(asked.slice(2))
    }
    await untilCounted(gateway, /^fairlead_disaggregation_requests_total\{model="m",reason=""\} 2$/m)
    await untilCounted(gateway, /^fairlead_disaggregation_requests_total\{model="m",reason="short_prompt"\} 2$/m)
    await untilCounted(gateway, /^fairlead_scheduler_exact_requests_total\{model="m",reason=""\} 4$/m)
    // Of a pair it is the prefill replica whose cached tokens are compared.
    await untilCounted(gateway, /^fairlead_scheduler_predictions_total\{model="m",reason=""\} 4$/m)
    expect(await gateway.metrics()).not.toMatch(/^fairlead_disaggregation_fallbacks_total/m)
  })

  it('knows that a decode replica holds a prompt that was handed over to it', async () => {
    const { gateway } = await servePair(workers)
    const first = await askedFor(gateway, conversation('handed', 1))
    expect(first.reduce((sum, count) => sum + count)).toBe(2)
    await untilBlocks(gateway, (blocks) => blocks >= 30)
    expect(await askedFor(gateway, conversation('handed', 3))).toEqual([0, 0, ...first.slice(2)])
    await untilCounted(gateway, /^fairlead_scheduler_predictions_total\{model="m",reason=""\} 1$/m)
  })

  it('answers when the replica that holds the prompt is gone, whichever of the two it is', async () => {
    const { gateway, engines } = await servePair(workers)
    await engines[0]?.ask(chatPath, conversation('computed', 1))
    await engines[3]?.ask(chatPath, conversation('answered', 1))
    await untilBlocks(gateway, (blocks) => blocks >= 30)
    await engines[0]?.kill()
    await engines[3]?.kill()
    for (const family of ['computed', 'answered', 'new']) {
      const asked = await askedFor(gateway, conversation(family, 3))
      expect([family, asked[2]]).toEqual([family, 1])
    }
  })
})

it('splits no request of which little is missing, though that is told in tokens and not in blocks of bytes', async () => {
  const { gateway, engines } = await servePair(1, 30)
  for (const family of ['known', 'short']) await engines[2]?.ask(chatPath, conversation(family, 1, 60))
  await untilBlocks(gateway, (blocks) => blocks >= 14)
  // The first answer tells how long tokens are.
  await askedFor(gateway, conversation('known', 1, 60))
  expect(await askedFor(gateway, conversation('short', 1, 60))).toEqual([0, 0, 1, 0])
})

describe('what an engine computes now', () => {
  it('is counted for it, though it cannot have told of it yet: a burst of one prompt is computed once', async () => {
    const { gateway, engines } = await serve(1, { settings: { msPerToken: 4 } })
    await untilOn(gateway)
    for (const engine of engines) await engine.ask(chatPath, conversation('known', 1, 20))
    await untilBlocks(gateway, (blocks) => blocks > 4)
    const body = JSON.stringify(conversation('burst', 1))
    const first = gateway.ask(chatPath, body)
    await until('it is under way', async () => (await gateway.load()).replicas.some(({ inFlight }) => inFlight > 0))
    await Promise.all([first, gateway.ask(chatPath, body)])
    await untilIdle(gateway)
    expect((await gateway.load()).replicas.map(({ requests }) => requests).toSorted()).toEqual([0, 2])
  })
})

describe('where engines’ caches cannot be known', () => {
  const warning = 'prompts are routed by what was sent where, and not by what engines say that they hold'
  const reasonIn = (gateway: TestGateway) =>
    gateway.log.filter(({ msg }) => msg === warning).map(({ reason }) => reason)

  it('says once that the package for it is not there, with the command, and serves', async () => {
    const absent = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
    const subscribeKvEvents = async () => {
      await loadZeromq(() => Promise.reject(absent))
      throw new Error('it was there')
    }
    const { gateway } = await serve(1, {}, { subscribeKvEvents })
    await until('it is off', async () => (await state(gateway))?.state === 'off', patience)
    const reason = (await state(gateway))?.reason
    expect(reason).toContain('needs the package zeromq')
    expect(reason).toContain('npm install zeromq@')
    expect(reasonIn(gateway)).toEqual([reason])
    const { replica } = await ask(gateway, conversation('one', 1))
    expect(await ask(gateway, conversation('one', 3))).toEqual({ replica, choice: 'prefix' })
    expect(await gateway.metrics()).toMatch(/^fairlead_scheduler_exact_active\{model="m"\} 0$/m)
  })

  it.each([
    ['a template that is none', '{% for message in', 'chat template is not readable here'],
    ['a template that is not the engine’s', '{{ messages[0].content }}', 'the engine renders a question otherwise'],
    ['no files at all', null, 'models[].chat.tokenizer'],
  ])('says why with %s, and serves', async (_what, template, expected) => {
    const engines = [await startEngine('a'), await startEngine('b')]
    if (template !== null) {
      const vocab = Object.fromEntries(Array.from('abc', (letter, id) => [letter, id]))
      const tokenizer = { model: { type: 'BPE', vocab, merges: [] }, decoder: { type: 'ByteLevel' } }
      await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
      await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ chat_template: template }))
    }
    const gateway = await startTestGateway({
      models: [
        {
          name: 'm',
          engine: 'external',
          addresses: engines.map(({ url }) => url),
          chat: { tokenizer: folder },
          kvCache: {
            events: {
              endpoints: engines.map(({ endpoint }) => endpoint),
              replayEndpoints: engines.map(({ replayEndpoint }) => replayEndpoint),
            },
          },
          routing: { policy: 'prefixExact' },
        },
      ],
    })
    cleanUps.push(() => gateway.close())
    await until('it is off', async () => (await state(gateway))?.state === 'off', patience)
    expect((await state(gateway))?.reason).toContain(expected)
    expect(reasonIn(gateway)).toHaveLength(1)
    const { replica } = await ask(gateway, conversation('one', 1))
    expect(await ask(gateway, conversation('one', 3))).toEqual({ replica, choice: 'prefix' })
  })
})
