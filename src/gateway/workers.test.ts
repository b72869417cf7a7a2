import { spawnSync } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayOptions } from './run-gateway.ts'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const question = '{"model":"m"}'
const event = 'data: {"choices":[]}\n\n'
const done = 'data: [DONE]\n\n'
/** Requests at once, each on a connection of its own: every thread gets some. */
const many = 24
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

type Settings = { readonly gateway?: object; readonly model?: object; readonly access?: object }

const fleetOf = (engines: readonly ProgrammableUpstream[], { gateway, model, ...rest }: Settings) => ({
  gateway: { workers: 2, health: { interval: '100ms' }, ...gateway },
  models: [{ name: 'm', engine: 'external', addresses: engines.map(({ url }) => url), ...model }],
  ...rest,
})

async function startEngines(behaviours: readonly Behaviour[]): Promise<ProgrammableUpstream[]> {
  const engines = await Promise.all(behaviours.map((behave) => startUpstream(behave)))
  for (const engine of engines) cleanUps.push(() => engine.kill())
  return engines
}

async function start(
  behaviours: readonly Behaviour[],
  settings: Settings = {},
  options: Partial<GatewayOptions> = {},
): Promise<{ readonly gateway: TestGateway; readonly engines: readonly ProgrammableUpstream[] }> {
  const engines = await startEngines(behaviours)
  const gateway = await startTestGateway(fleetOf(engines, settings), options)
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, engines.length)
  return { gateway, engines }
}

const askMany = (gateway: TestGateway, count = many, headers = {}) =>
  Promise.all(Array.from({ length: count }, () => gateway.ask(chat, question, { headers })))
const statuses = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status).toSorted()
function valueOf(metrics: string, series: string): number {
  const line = metrics.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? Number.NaN)
}
const served = 'fairlead_gateway_requests_total{model="m",code="200",reason=""}'

describe('workers on one port', () => {
  it('count as one gateway, whichever thread is asked', async () => {
    const { gateway } = await start([answerJson({ usage: { prompt_tokens: 3, completion_tokens: 2 } })])
    await askMany(gateway)
    await until('all are counted', async () => valueOf(await gateway.metrics(), served) === many)
    const fromWorkers = await Promise.all(Array.from({ length: many }, () => gateway.ask('/metrics')))
    for (const { body } of fromWorkers) {
      const metrics = body.toString()
      expect(valueOf(metrics, served)).toBe(many)
      expect(valueOf(metrics, 'fairlead_gateway_request_duration_seconds_count{model="m"}')).toBe(many)
      expect(valueOf(metrics, 'fairlead_gateway_output_tokens_total{model="m"}')).toBe(2 * many)
      expect(valueOf(metrics, 'llm_requests_total{model="m",status="success"}')).toBe(many)
    }
    await untilIdle(gateway)
    const { replicas } = await gateway.load()
    expect(replicas).toMatchObject([{ inFlight: 0, requests: many, ready: true }])
    await until('tokens are told', async () => ((await gateway.load()).replicas[0]?.tokensPerSecond ?? 0) > 0)
  })

  it('see each other’s requests: a replica gets no more than maxInFlight from all of them together', async () => {
    const open: ServerResponse[] = []
    const hold: Behaviour = (response) => void open.push(response)
    const { gateway } = await start([hold, hold], { model: { maxInFlight: 3, flow: { maxQueue: 0 } } })
    for (let round = 0; round < 3; round += 1) {
      open.length = 0
      const asked = askMany(gateway)
      await until('both replicas have all that they may', () => open.length === 6)
      expect((await gateway.load()).replicas.map(({ inFlight }) => inFlight)).toEqual([3, 3])
      const refused = `fairlead_gateway_requests_total{model="m",code="503",reason="queue_full"}`
      const wanted = (round + 1) * (many - 6)
      await until('the others are refused', async () => valueOf(await gateway.metrics(), refused) === wanted)
      for (const response of open) response.end('{}')
      expect(statuses(await asked)).toEqual([...Array(6).fill(200), ...Array(many - 6).fill(503)])
      await untilIdle(gateway)
    }
  })

  it('weigh each other’s tokens, and give them back', async () => {
    const { gateway, engines } = await start([() => {}, () => {}], { model: { routing: { policy: 'load' } } })
    const long = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'word '.repeat(20_000) }] })
    const stuck = gateway.ask(chat, long)
    await until('somebody has it', () => engines.some(({ received }) => received.length === 1))
    const [other, holder] = engines.toSorted((one, two) => one.received.length - two.received.length)
    if (other === undefined || holder === undefined) throw new Error('there are two engines')
    other.behave = answerJson({})
    expect(statuses(await askMany(gateway))).toEqual(Array.from({ length: many }, () => 200))
    expect([holder.received.length, other.received.length]).toEqual([1, many])
    // Who held it restarts; what it had is not counted any more.
    await holder.kill()
    expect((await stuck).status).toBe(200)
    await untilIdle(gateway)
  })

  it('set a failing replica aside together, and try it again with one request', async () => {
    const settings = { gateway: { ejection: { failures: 4, time: '3s' }, retry: { attempts: 2 } } }
    const { gateway, engines } = await start([answerJson({}, 500), answerJson({ ok: true })], settings)
    const [bad] = engines
    const ejected = 'fairlead_gateway_replica_ejected{model="m",replica="m-0"}'
    await until('it is set aside', async () => {
      await askMany(gateway, 4)
      return valueOf(await gateway.metrics(), ejected) === 1
    })
    expect(valueOf(await gateway.metrics(), 'fairlead_gateway_ejections_total{model="m",replica="m-0"}')).toBe(1)
    // Known to every thread a moment later; by then nobody asks it.
    const asked = bad?.received.length
    const answers = await askMany(gateway)
    expect(statuses(answers)).toEqual(answers.map(() => 200))
    expect(bad?.received).toHaveLength(asked ?? 0)
    if (bad !== undefined) bad.behave = answerJson({ ok: true })
    await until('its trial lets it in again', async () => {
      await askMany(gateway, 4)
      return valueOf(await gateway.metrics(), ejected) === 0
    })
    await untilIdle(gateway)
  })

  it('turn away together from a replica that is gone, and come back to it', async () => {
    const { gateway, engines } = await start([answerJson({ ok: true })])
    const [engine] = engines
    await engine?.kill()
    await until('none of them asks it', async () => {
      return (await askMany(gateway)).every(({ body }) => body.toString().includes('no_ready_replica'))
    })
    const again = await startUpstream(answerJson({ ok: true }), engine?.port)
    cleanUps.push(() => again.kill())
    await until('all of them ask it', async () => (await askMany(gateway)).every(({ status }) => status === 200))
    expect((await gateway.load()).replicas).toMatchObject([{ ready: true }])
    // A client has the end of its answer a moment before another thread sees it counted.
    await untilIdle(gateway)
  })

  it('refuse a port that is taken, by another gateway with workers too', async () => {
    const { gateway, engines } = await start([answerJson({ ok: true })])
    const second = startTestGateway(fleetOf(engines, {}), { listen: { port: gateway.address.port } })
    await expect(second).rejects.toThrow(/Port \d+ on 127.0.0.1 is taken/)
  })
})

describe('a reload', () => {
  it('reaches every worker before it is said to be in force, and no stream notices', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-workers-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    const fleetFile = join(folder, 'fleet.yaml')
    const open: ServerResponse[] = []
    const [engine] = await startEngines([answerEvents((response) => void open.push(response))])
    if (engine === undefined) throw new Error('no engine')
    const fleet = (key: string, gateway = {}) =>
      fleetOf([engine], { gateway, access: { keys: [{ name: 'a', value: { env: key } }] } })
    const write = (content: object) => writeFile(fleetFile, JSON.stringify({ name: 'test', ...content }))
    const keys = { OLD: 'an-old-key-of-some-length', NEW: 'a-new-key-of-some-length' }
    await write(fleet('OLD'))
    const gateway = await startTestGateway(fleet('OLD'), { fleetFile, environment: keys })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const before = askMany(gateway, many, { 'x-api-key': keys.OLD })
    await until('all streams are open', () => open.length === many)
    for (const response of open) response.write(event)

    const long = { 'x-api-key': keys.OLD, 'x-long': 'x'.repeat(10_000) }
    engine.behave = answerJson({ ok: true })
    expect(statuses(await askMany(gateway, many, long))).toEqual(Array(many).fill(200))
    await write(fleet('NEW', { headerLimit: '8Ki' }))
    // Twice at the most: the file's change is noticed meanwhile.
    expect(await gateway.reload()).toBe(true)
    expect(statuses(await askMany(gateway, many, long))).toEqual(Array(many).fill(431))
    expect(statuses(await askMany(gateway, many, { 'x-api-key': keys.OLD }))).toEqual(Array(many).fill(401))
    expect(statuses(await askMany(gateway, many, { 'x-api-key': keys.NEW }))).toEqual(Array(many).fill(200))

    await write({ models: 'nothing' })
    expect(await gateway.reload()).toBe(false)
    expect(statuses(await askMany(gateway, many, { 'x-api-key': keys.NEW }))).toEqual(Array(many).fill(200))
    for (const response of open) response.end(event + done)
    for (const { body } of await before) expect(body.toString()).toBe(event + event + done)
    await untilIdle(gateway)
    expect(gateway.log.filter(({ msg }) => String(msg).includes('crashed'))).toEqual([])
  })
})

describe('what a worker loads', () => {
  it('is nothing that only the control thread needs', () => {
    const hooks = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) })
await import(${JSON.stringify(new URL('worker.ts', import.meta.url).href)}).catch((error) => console.log(error.message))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', hooks], { encoding: 'utf8' })
    expect(stdout).toContain('/gateway/data-plane/exchange.ts')
    expect(stdout).toContain('a worker of the gateway runs in a thread')
    const packages = [...stdout.matchAll(/\/node_modules\/([^/\n]+)/g)].map(([, name]) => name)
    for (const heavy of ['zod', 'yaml', 'prom-client', 'undici', 'commander']) expect(packages).not.toContain(heavy)
  })
})
