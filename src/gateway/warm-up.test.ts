import { afterEach, describe, expect, it } from 'vitest'
import type { ReplicaPhase } from '../discovery/index.ts'
import { startTestGateway, until, untilIdle, type TestGateway } from './testing/harness.ts'
import { replicaAt, settableSource } from './testing/settable-source.ts'
import { answerJson, startUpstream, type Behaviour, type ProgrammableUpstream } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

interface Stage {
  readonly gateway: TestGateway
  /** Runs before the gateway starts. */
  readonly old: ProgrammableUpstream
  /** Comes while `old` serves. */
  readonly fresh: ProgrammableUpstream
  /** Says which replicas there are: `old-0` and `fresh-0`, each in a phase, or not at all. */
  readonly say: (phases: { readonly old?: ReplicaPhase; readonly fresh?: ReplicaPhase }) => void
}

interface Setting {
  readonly behave?: Behaviour
  readonly model?: object
  readonly workers?: number
  readonly first?: Parameters<Stage['say']>[0]
}

/** A gateway whose replicas take turns, so that a second one that may get requests gets one soon. */
async function stage({ behave, model, workers = 1, first = { old: 'serving' } }: Setting = {}): Promise<Stage> {
  const old = await startUpstream(answerJson({ from: 'old' }))
  const fresh = await startUpstream(behave ?? answerJson({ from: 'fresh' }))
  cleanUps.push(
    () => old.kill(),
    () => fresh.kill(),
  )
  const replicas = {
    old: replicaAt(old.port, { id: 'old-0' }),
    fresh: replicaAt(fresh.port, { id: 'fresh-0' }),
  }
  const inPhases = (phases: Parameters<Stage['say']>[0]) =>
    (['old', 'fresh'] as const).flatMap((which) => {
      const phase = phases[which]
      return phase === undefined ? [] : [{ ...replicas[which], phase }]
    })
  const { source, set } = settableSource(...inPhases(first))
  const say: Stage['say'] = (phases) => set(...inPhases(phases))
  const gateway = await startTestGateway(
    {
      gateway: { health: { interval: '50ms', timeout: '5s' } },
      models: [
        {
          name: 'm',
          engine: 'simulated',
          replicas: 2,
          routing: { policy: 'roundRobin' },
          warmup: { enabled: true },
          ...model,
        },
      ],
    },
    { source, workers },
  )
  cleanUps.push(() => gateway.close())
  if (first.old !== undefined) await untilStands(gateway, 'old-0', true)
  return { gateway, old, fresh, say }
}

const untilStands = (gateway: TestGateway, id: string, isReady: boolean) =>
  until(`${id} is ${isReady ? '' : 'not '}ready`, async () =>
    (await gateway.load()).replicas.some((replica) => replica.id === id && replica.ready === isReady),
  )
const question = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'a question' }] })
const askMany = async (gateway: TestGateway, count: number) => {
  const answers = await Promise.all(Array.from({ length: count }, () => gateway.ask(chat, question)))
  expect(answers.map(({ status }) => status)).toEqual(Array(count).fill(200))
  return answers.map(({ body }) => (JSON.parse(body.toString()) as { from: string }).from)
}
const warmUps = async (gateway: TestGateway) =>
  Object.fromEntries(
    [...(await gateway.metrics()).matchAll(/^fairlead_gateway_warm_ups_total\{.*reason="(.*)"\} (\d+)$/gm)].map(
      ([, reason, count]) => [reason, Number(count)],
    ),
  )

/** Nothing is counted as under way, and both replicas answer. */
async function expectBothServe({ gateway }: Stage): Promise<void> {
  await untilStands(gateway, 'fresh-0', true)
  // Worker threads learn of it in their own time.
  await until('both are asked', async () => new Set(await askMany(gateway, 4)).size === 2)
  await untilIdle(gateway)
}

// proves C7 (simulated)
describe.each([1, 2])('a new replica beside one that serves, with %i threads', (workers) => {
  it('answers one small request before clients meet it, which counts as nobody’s', async () => {
    const held = Promise.withResolvers<void>()
    const here = await stage({
      workers,
      behave: (response, received, index) =>
        void held.promise.then(() => answerJson({ from: 'fresh' })(response, received, index)),
    })
    const { gateway, fresh, say } = here
    say({ old: 'serving', fresh: 'starting' })
    await until('it is asked', () => fresh.received[0]?.body.length !== 0 && fresh.received.length === 1)
    await untilStands(gateway, 'fresh-0', false)
    expect(await askMany(gateway, 6)).toEqual(Array(6).fill('old'))
    expect(fresh.received.map(({ url, body }) => [url, JSON.parse(body.toString())])).toEqual([
      [chat, { model: 'm', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1 }],
    ])
    const { replicas } = await gateway.load()
    expect(replicas.find(({ id }) => id === 'fresh-0')).toMatchObject({ ready: false, inFlight: 0, requests: 0 })
    held.resolve()
    await expectBothServe(here)
    expect(await warmUps(gateway)).toEqual({ '': 1 })
    const [mine] = (await gateway.load()).models
    expect(fresh.received.length - 1 + here.old.received.length).toBe(mine?.arrivals)
  })

  it('gets its traffic at once when the other one leaves meanwhile', async () => {
    const here = await stage({
      workers,
      behave: (response, received, index) => {
        if (index > 0) answerJson({ from: 'fresh' })(response, received, index)
      },
    })
    const { gateway, fresh, say } = here
    say({ old: 'serving', fresh: 'starting' })
    await until('it is asked', () => fresh.received.length === 1)
    say({ old: 'draining', fresh: 'serving' })
    // Worker threads learn of it in their own time.
    await until('it answers', async () => (await gateway.ask(chat, question)).body.includes('fresh'))
    await until('its warm-up is broken off', () => fresh.received[0]?.isAborted === true)
    expect(await warmUps(gateway)).toEqual({ needed: 1 })
    await untilIdle(gateway)
  })
})

/** Its first answer is this one. */
const first =
  (fault: Behaviour): Behaviour =>
  (response, received, index) =>
    (index === 0 ? fault : answerJson({ from: 'fresh' }))(response, received, index)

// proves C7 (simulated)
describe('a warm-up that goes wrong', () => {
  it.each<[string, Behaviour, string, RegExp]>([
    ['by an error', first(answerJson({ error: 'no' }, 500)), 'failed', /status 500/],
    ['by a refusal of every kind of question', answerAll(400), 'failed', /status 400/],
    ['by a broken connection', first((response) => void response.socket?.resetAndDestroy()), 'failed', /./],
    [
      'by an end within the answer',
      first((response) => {
        response.writeHead(200, { 'content-length': 9 }).write('{')
        setImmediate(() => response.socket?.resetAndDestroy())
      }),
      'failed',
      /./,
    ],
    ['by silence', first(() => {}), 'timeout', /no answer in time/],
    [
      'by an answer without an end',
      first((response) => void response.writeHead(200).write('{')),
      'timeout',
      /no answer in time/,
    ],
  ])('%s lets it have its traffic, and warns', async (_, behave, reason, problem) => {
    const here = await stage({ behave, model: { warmup: { enabled: true, timeout: '500ms' } } })
    here.say({ old: 'serving', fresh: 'serving' })
    await expectBothServe(here)
    expect(await warmUps(here.gateway)).toEqual({ [reason]: 1 })
    const warned = here.gateway.log.filter(({ msg }) => String(msg).includes('could not be warmed up'))
    expect(warned).toHaveLength(1)
    expect(String(warned[0]?.['problem'])).toMatch(problem)
  })

  it('by the end of the replica is forgotten', async () => {
    const { gateway, fresh, say } = await stage({ behave: () => {} })
    say({ old: 'serving', fresh: 'serving' })
    await until('it is asked', () => fresh.received.length === 1)
    say({ old: 'serving' })
    await until('it is broken off', () => fresh.received[0]?.isAborted === true)
    expect(await askMany(gateway, 2)).toEqual(['old', 'old'])
    expect(await warmUps(gateway)).toEqual({})
  })
})

/** Refuses what is asked of it before clients ask: their questions are known by their words. */
function answerAll(status: number): Behaviour {
  return (response, received, index) => {
    const isWarmUp = !received.body.includes('a question')
    answerJson({ from: 'fresh' }, isWarmUp ? status : 200)(response, received, index)
  }
}

describe('the questions of a warm-up', () => {
  it.each<[object, readonly string[]]>([
    [{}, [chat, '/v1/completions', '/v1/embeddings']],
    [{ task: 'generate' }, [chat, '/v1/completions']],
    [{ task: 'embed' }, ['/v1/embeddings']],
    [{ task: 'rerank' }, ['/v1/rerank']],
    [{ task: 'score' }, ['/v1/score']],
    [{ task: 'classify' }, ['/classify']],
    [{ task: 'transcribe' }, []],
  ])('of %j are tried until one is not refused: %j', async (model, paths) => {
    const here = await stage({ behave: answerAll(404), model })
    here.say({ old: 'serving', fresh: 'serving' })
    await untilStands(here.gateway, 'fresh-0', true)
    expect(here.fresh.received.map(({ url }) => url)).toEqual(paths)
  })

  it('are its system prompts, where the Fleet has some', async () => {
    const systemPrompts = ['Be brief.', 'Be kind.']
    const here = await stage({ model: { warmup: { enabled: true, systemPrompts } } })
    here.say({ old: 'serving', fresh: 'serving' })
    await untilStands(here.gateway, 'fresh-0', true)
    const asked = here.fresh.received.map(
      ({ body }) => JSON.parse(body.toString()) as { messages: readonly { content: string }[] },
    )
    expect(asked.map(({ messages }) => messages[0]?.content)).toEqual(systemPrompts)
    expect(await warmUps(here.gateway)).toEqual({ '': 1 })
  })
})

// proves C7 (simulated)
describe('no replica is warmed up', () => {
  it.each<[string, Setting]>([
    ['where nobody else serves', { first: {} }],
    ['that ran before the gateway started', { first: { old: 'serving', fresh: 'serving' } }],
    ['whose engine is as quick at first', { model: { warmup: {} } }],
    ['where the Fleet wants none', { model: { warmup: { enabled: false }, profile: 'latency' } }],
  ])('%s', async (_, setting) => {
    const { gateway, fresh, say } = await stage(setting)
    say(setting.first === undefined ? { old: 'serving', fresh: 'starting' } : { ...setting.first, fresh: 'serving' })
    await untilStands(gateway, 'fresh-0', true)
    expect(fresh.received).toEqual([])
    expect(await warmUps(gateway)).toEqual({})
  })

  it('that failed its probes and kept its connections, but one that was started anew', async () => {
    const here = await stage()
    const { gateway, fresh, say } = here
    say({ old: 'serving', fresh: 'serving' })
    await untilStands(gateway, 'fresh-0', true)
    expect(fresh.received).toHaveLength(1)
    fresh.isReady = false
    await untilStands(gateway, 'fresh-0', false)
    fresh.isReady = true
    await untilStands(gateway, 'fresh-0', true)
    expect(await warmUps(gateway)).toEqual({ '': 1 })
    await fresh.kill()
    await untilStands(gateway, 'fresh-0', false)
    const again = await startUpstream(answerJson({ from: 'fresh' }), fresh.port)
    cleanUps.push(() => again.kill())
    await untilStands(gateway, 'fresh-0', true)
    expect(again.received).toHaveLength(1)
    expect(await warmUps(gateway)).toEqual({ '': 2 })
  })
})
