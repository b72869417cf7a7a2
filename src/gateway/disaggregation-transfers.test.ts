import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { startSimulatedHere, startSimulatedProcess, type SimulatedUnderTest } from './testing/simulated-process.ts'

const chat = '/v1/chat/completions'
const context = 4096
const blockTokens = 16
const outputTokens = 12
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** How the legs of a transfer go, as far as clients and engines can tell. */
interface TransferRow {
  readonly transfer: string
  /** Whether the decode replica is asked before the prompt is computed, once the prefill replica is known. */
  readonly isConcurrent: boolean
  /** Tokens at the end of a prompt that the decode replica computes at the most. */
  readonly computedAtMost: number
}

const rows: readonly TransferRow[] = [
  { transfer: 'nixl', isConcurrent: false, computedAtMost: blockTokens },
  { transfer: 'nixlPush', isConcurrent: true, computedAtMost: blockTokens },
  { transfer: 'mooncake', isConcurrent: true, computedAtMost: blockTokens },
  { transfer: 'bootstrap', isConcurrent: true, computedAtMost: blockTokens },
  { transfer: 'sharedStorage', isConcurrent: false, computedAtMost: blockTokens },
  // What does not fill a chunk is not stored.
  { transfer: 'lmcache', isConcurrent: false, computedAtMost: 256 },
]

interface Scene {
  readonly prefill: SimulatedUnderTest
  readonly decode: SimulatedUnderTest
  readonly gateway: TestGateway
}

interface SceneSettings {
  readonly prefill?: object
  readonly decode?: object
  /** Whether the prefill engine is a process of its own, for it to be killed. */
  readonly isKillable?: boolean
}

async function startScene({ transfer }: TransferRow, settings: SceneSettings = {}): Promise<Scene> {
  const kvFolder = await mkdtemp(join(tmpdir(), 'fairlead-prompts-'))
  cleanUps.push(() => rm(kvFolder, { recursive: true }))
  const common = { kvConnector: transfer, kvFolder }
  const start = settings.isKillable === true ? startSimulatedProcess : startSimulatedHere
  const [prefill, decode] = await Promise.all([
    start({ ...common, kvRole: 'prefill', ...settings.prefill }, context),
    startSimulatedHere({ ...common, kvRole: 'decode', ...settings.decode }, context),
  ])
  cleanUps.push(
    () => prefill.kill(),
    () => decode.kill(),
  )
  const gateway = await startTestGateway({
    gateway: { health: { interval: '100ms' } },
    models: [
      {
        name: 'm',
        engine: 'external',
        prefill: { addresses: [prefill.url] },
        decode: { addresses: [decode.url] },
        routing: { disaggregation: { transfer, minPromptTokens: 1, bootstrapPort: prefill.port } },
      },
    ],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, 2)
  return { prefill, decode, gateway }
}

/** A chat that begins as no other one does; its prompt is some hundred tokens. */
const question = (subject: string, more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content: `${subject}: ${'why does the river run to the sea, '.repeat(60)}` }],
  max_tokens: outputTokens,
  ignore_eos: true,
  ...more,
})

interface Choice {
  readonly message?: { readonly content: string }
  readonly delta?: { readonly content?: string }
  readonly finish_reason: string | null
}

const choiceOf = (text: string): Choice | undefined => (JSON.parse(text) as { choices: readonly Choice[] }).choices[0]

/** Text and end of an answer, whole or as a stream. */
function answerOf(body: string): { readonly text: string; readonly ending: string | null } {
  if (!body.startsWith('data:')) {
    const choice = choiceOf(body)
    return { text: choice?.message?.content ?? '', ending: choice?.finish_reason ?? null }
  }
  const events = body
    .split('\n\n')
    .map((event) => event.replace(/^data: /, ''))
    .filter((data) => data.startsWith('{'))
    .map(choiceOf)
  return {
    text: events.map((choice) => choice?.delta?.content ?? '').join(''),
    ending: events.findLast((choice) => typeof choice?.finish_reason === 'string')?.finish_reason ?? null,
  }
}

/** The sum of an engine's series of this name whose labels contain `label`. */
async function metric({ url }: SimulatedUnderTest, name: string, label = ''): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  return lines
    .filter((line) => line.startsWith(`vllm:${name}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

const transferred = 'external_kv_transfer'
/** Tokens of prompts that an engine has from somewhere. */
const tokensFrom = (engine: SimulatedUnderTest, source: string): Promise<number> =>
  metric(engine, 'prompt_tokens_by_source_total', `source="${source}"`)

/** Requests that were split, and how many of them the decode replica had to serve alone after all. */
async function countsOf(gateway: TestGateway): Promise<{ readonly split: number; readonly fallbacks: number }> {
  const lines = (await gateway.metrics()).split('\n')
  const sumOf = (beginning: string): number =>
    lines
      .filter((line) => line.startsWith(`fairlead_disaggregation_${beginning}`))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  return { split: sumOf('requests_total{model="m",reason=""}'), fallbacks: sumOf('fallbacks_total{') }
}

async function isIdle(engine: SimulatedUnderTest): Promise<boolean> {
  const loads = ['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc']
  return (await Promise.all(loads.map((name) => metric(engine, name)))).every((value) => value === 0)
}

async function expectNothingLeft(gateway: TestGateway, engines: readonly SimulatedUnderTest[]): Promise<void> {
  await untilIdle(gateway)
  for (const engine of engines) await until('an engine has nothing to do, and holds nothing', () => isIdle(engine))
  expect(gateway.log.filter(({ msg }) => msg === 'a request failed inside the gateway')).toEqual([])
}

/** Sends a chat, and leaves once `isTime`. */
async function leave(gateway: TestGateway, body: object, what: string, isTime: () => Promise<boolean>): Promise<void> {
  const client = httpRequest(`${gateway.url}${chat}`, { method: 'POST', agent: false })
  client.on('error', () => {})
  client.on('response', (response) => response.on('error', () => {}).resume())
  client.end(JSON.stringify(body))
  await until(what, isTime)
  client.destroy()
}

const isRunning = async (engine: SimulatedUnderTest): Promise<boolean> =>
  (await metric(engine, 'num_requests_running')) > 0
const isWaiting = async (engine: SimulatedUnderTest): Promise<boolean> =>
  (await metric(engine, 'num_requests_waiting')) > 0

// proves C5 (simulated)
describe.each(rows)('$transfer between simulated engines', (row) => {
  it('gives the answer of one replica, which computes no more than the end of the prompt', async () => {
    const { prefill, decode, gateway } = await startScene(row)
    let prompts = 0
    let promptTokens = 0
    for (const [index, stream] of [false, true, false, true].entries()) {
      const body = question(`question ${index}`, { stream })
      const answer = await gateway.ask(chat, JSON.stringify(body))
      prompts += 1
      expect([answer.status, await countsOf(gateway)]).toEqual([200, { split: prompts, fallbacks: 0 }])
      // All that its steps computed: the end of each prompt, and the answers.
      const most = row.computedAtMost + outputTokens
      expect(await metric(decode, 'iteration_tokens_total_sum')).toBeLessThanOrEqual(most * prompts)
      const alone = await startSimulatedHere({}, context)
      const whole = (await alone.ask(chat, { ...body, stream: false })) as { usage: { prompt_tokens: number } }
      await alone.kill()
      expect(answerOf(answer.body.toString())).toEqual(answerOf(JSON.stringify(whole)))
      promptTokens += whole.usage.prompt_tokens
      expect(whole.usage.prompt_tokens).toBeGreaterThan(2 * row.computedAtMost)
    }
    const [computed, received] = await Promise.all([
      tokensFrom(decode, 'local_compute'),
      tokensFrom(decode, transferred),
    ])
    expect(received).toBeGreaterThan(computed)
    expect(await tokensFrom(prefill, 'local_compute')).toBe(promptTokens)
    await expectNothingLeft(gateway, [prefill, decode])
  })

  it.each([true, false])('answers when the prefill engine is killed at work (stream: %s)', async (stream) => {
    const { prefill, decode, gateway } = await startScene(row, { isKillable: true, prefill: { ttft: 1_000 } })
    // Of the first request the gateway learns what it has to know of the engine.
    expect((await gateway.ask(chat, JSON.stringify(question('first', { stream })))).status).toBe(200)
    const body = question('second', { stream })
    const asked = gateway.ask(chat, JSON.stringify(body))
    await until('it computes', () => isRunning(prefill))
    await prefill.kill()
    const answer = await asked
    expect(answer.status).toBe(200)
    expect(await countsOf(gateway)).toEqual({ split: 2, fallbacks: 1 })
    const alone = await decode.ask(chat, { ...body, stream: false })
    expect(answerOf(answer.body.toString())).toEqual(answerOf(JSON.stringify(alone)))
    await expectNothingLeft(gateway, [decode])
  })

  it('lets both engines go when the client leaves while the prompt is computed', async () => {
    // By the time that tokens take: what a first request learns is learned in little.
    const { prefill, decode, gateway } = await startScene(row, { prefill: { msPerToken: 20 } })
    const short = question('first', { messages: [{ role: 'user', content: 'short' }] })
    expect((await gateway.ask(chat, JSON.stringify(short))).status).toBe(200)
    const before = await metric(decode, 'generation_tokens_total')
    await leave(
      gateway,
      question('never', { stream: true }),
      'the prompt is computed',
      async () => (await isRunning(prefill)) && (await isWaiting(decode)) === row.isConcurrent,
    )
    await expectNothingLeft(gateway, [prefill, decode])
    expect(await metric(decode, 'generation_tokens_total')).toBe(before)
  })

  it('lets both engines go when the client leaves within the answer', async () => {
    const { prefill, decode, gateway } = await startScene(row, { decode: { tokensPerSecond: 5 } })
    const body = question('half', { stream: true, max_tokens: 1_000 })
    await leave(gateway, body, 'it answers', () => isRunning(decode))
    await expectNothingLeft(gateway, [prefill, decode])
    expect(await countsOf(gateway)).toEqual({ split: 1, fallbacks: 0 })
  })
})
