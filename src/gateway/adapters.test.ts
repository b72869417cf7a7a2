import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, type TestGateway } from './testing/harness.ts'
import { replicaAt, settableSource } from './testing/settable-source.ts'
import { startSimulatedHere, type SimulatedUnderTest } from './testing/simulated-process.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function engine(port = 0): Promise<SimulatedUnderTest> {
  const started = await startSimulatedHere({}, 1024, port)
  cleanUps.push(() => started.kill())
  return started
}

/** An engine that finds no adapter at any place. */
const engineThatLoadsNothing = () =>
  engineThatAnswers((url) =>
    url.endsWith('/load_lora_adapter')
      ? [404, { error: { message: 'No adapter found' } }]
      : [200, { model: 'm', data: [{ id: 'm' }] }],
  )

type EngineWord = readonly [status: number, answer: object]

async function engineThatAnswers(answerTo: (url: string) => EngineWord | Promise<EngineWord>): Promise<number> {
  const server = createServer((request, response) => {
    request.resume()
    const answer = async (): Promise<void> => {
      const [status, words] = await answerTo(request.url ?? '')
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(words))
    }
    void answer()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  cleanUps.push(async () => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const adapter = (name: string, source = `hf://a/${name}`) => ({ name, source, preload: false })
const fleetWith = (adapters: readonly object[], settings: object = {}) => ({
  name: 'test',
  gateway: { health: { interval: '50ms', timeout: '5s' } },
  models: [{ name: 'm', engine: 'simulated', replicas: 2, routing: { policy: 'roundRobin' }, adapters, ...settings }],
})

interface Stage {
  readonly gateway: TestGateway
  /** Says at which ports there are replicas. */
  say(...ports: readonly number[]): void
  /** Writes the Fleet anew. */
  change(...adapters: readonly object[]): Promise<void>
}

const replicasAt = (ports: readonly number[]) => ports.map((port, index) => replicaAt(port, { id: `m-${index}` }))

async function stage(workers: number, adapters: readonly object[], ...ports: readonly number[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-adapters-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  const fleetFile = join(folder, 'fleet.yaml')
  const change = (...wanted: readonly object[]) => writeFile(fleetFile, JSON.stringify(fleetWith(wanted)))
  await change(...adapters)
  const { source, set } = settableSource(...replicasAt(ports))
  const gateway = await startTestGateway(fleetWith(adapters), { fleetFile, source, workers })
  cleanUps.push(() => gateway.close())
  const say = (...wanted: readonly number[]) => set(...replicasAt(wanted))
  return { gateway, say, change }
}

/** Asks a model or an adapter; the answer's status and what it says of itself. */
async function asked(gateway: TestGateway, model: string) {
  const question = { model, messages: [{ role: 'user', content: 'hello' }], max_tokens: 2 }
  const { status, body } = await gateway.ask('/v1/chat/completions', JSON.stringify(question))
  const told = JSON.parse(body.toString()) as { model?: string; error?: { message: string } }
  return { status, model: told.model, message: told.error?.message }
}
const untilAnswers = (gateway: TestGateway, model: string) =>
  until(`${model} answers`, async () => (await asked(gateway, model)).status === 200)
const modelsAt = async (url: string) => {
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string; parent: string | null }[] }
  return Object.fromEntries(data.map(({ id, parent }) => [id, parent]))
}
const untilHas = (at: SimulatedUnderTest, models: object) =>
  until('the engine has its adapters', async () => JSON.stringify(await modelsAt(at.url)) === JSON.stringify(models))
const requestsOf = async (gateway: TestGateway, id: string) =>
  (await gateway.load()).replicas.find((replica) => replica.id === id)?.requests ?? 0

// proves C9 (simulated)
describe.each([1, 2])('adapters of a model, with %i threads', { timeout: 180_000 }, (workers) => {
  it('are loaded into every replica, shown as models and asked for by their names', async () => {
    const engines = [await engine(), await engine()]
    const { gateway } = await stage(workers, [adapter('bot')], ...engines.map(({ port }) => port))
    await untilAnswers(gateway, 'bot')
    expect(await asked(gateway, 'bot')).toMatchObject({ status: 200, model: 'bot' })
    expect(await asked(gateway, 'm')).toMatchObject({ status: 200, model: 'm' })
    expect(await modelsAt(gateway.url)).toEqual({ m: null, bot: 'm' })
    for (const each of engines) await untilHas(each, { m: null, bot: 'm' })
  })

  // proves G5, C7 (simulated)
  it('are loaded in a replica that comes before it is asked for them', async () => {
    const [old, fresh] = [await engine(), await engine()]
    const { gateway, say } = await stage(workers, [adapter('bot')], old.port)
    await untilAnswers(gateway, 'bot')
    say(old.port, fresh.port)
    // An engine that lacks it would say 404.
    await until('the new one is asked', async () => {
      expect(await asked(gateway, 'bot')).toMatchObject({ status: 200 })
      return (await requestsOf(gateway, 'm-1')) > 2
    })
    expect(await modelsAt(fresh.url)).toHaveProperty('bot')
    await untilIdle(gateway)
  })

  // proves G5, Q6 (simulated)
  it('are loaded again in an engine that crashed, before it is asked for them', async () => {
    const stays = await engine()
    const crashes = await engine()
    const { gateway } = await stage(workers, [adapter('bot')], stays.port, crashes.port)
    await until('both are asked', async () => {
      await asked(gateway, 'bot')
      return (await requestsOf(gateway, 'm-0')) > 0 && (await requestsOf(gateway, 'm-1')) > 0
    })
    await crashes.kill()
    await until('it is missed', async () => {
      expect(await asked(gateway, 'bot')).toMatchObject({ status: 200 })
      return (await gateway.load()).replicas.some(({ id, ready }) => id === 'm-1' && !ready)
    })
    const again = await engine(crashes.port)
    expect(await modelsAt(again.url)).toEqual({ m: null })
    const before = await requestsOf(gateway, 'm-1')
    await until('it is asked again', async () => {
      expect(await asked(gateway, 'bot')).toMatchObject({ status: 200 })
      return (await requestsOf(gateway, 'm-1')) > before + 2
    })
    expect(await modelsAt(again.url)).toHaveProperty('bot')
  })

  it('that an engine has lost unnoticed are asked of another one', async () => {
    const [forgets, stays] = [await engine(), await engine()]
    const { gateway } = await stage(workers, [adapter('bot')], forgets.port, stays.port)
    await until('both are asked', async () => {
      await asked(gateway, 'bot')
      return (await requestsOf(gateway, 'm-0')) > 0 && (await requestsOf(gateway, 'm-1')) > 0
    })
    const body = JSON.stringify({ lora_name: 'bot' })
    const headers = { 'content-type': 'application/json' }
    await fetch(`${forgets.url}/v1/unload_lora_adapter`, { method: 'POST', headers, body })
    const before = await requestsOf(gateway, 'm-0')
    await until('the one that has lost it is asked', async () => {
      expect(await asked(gateway, 'bot')).toMatchObject({ status: 200 })
      return (await requestsOf(gateway, 'm-0')) > before
    })
  })

  it('come and go with the Fleet, while the engine runs', async () => {
    const only = await engine()
    const { gateway, change } = await stage(workers, [adapter('bot')], only.port)
    await untilAnswers(gateway, 'bot')
    await change(adapter('bot'), adapter('clerk'))
    await untilAnswers(gateway, 'clerk')
    await change(adapter('clerk', 'hf://a/clerk-2'))
    await until('bot is gone', async () => (await asked(gateway, 'bot')).status === 404)
    await untilHas(only, { m: null, clerk: 'm' })
    await untilAnswers(gateway, 'clerk')
    expect(await modelsAt(gateway.url)).toEqual({ m: null, clerk: 'm' })
    // What was loaded from elsewhere was loaded anew.
    const loaded = gateway.log.filter(({ msg }) => msg === 'adapter is loaded').map(({ adapter: name }) => name)
    expect(loaded).toEqual(['bot', 'clerk', 'clerk'])
  })

  it('that cannot be loaded are refused alone, and the model answers', async () => {
    const port = await engineThatLoadsNothing()
    const { gateway } = await stage(workers, [adapter('bot')], port)
    await untilAnswers(gateway, 'm')
    const warning = 'adapters of a replica are not as the Fleet says; tried again'
    await until('it is told', () => gateway.log.some(({ msg }) => msg === warning))
    expect(gateway.log.find(({ msg }) => msg === warning)).toMatchObject({
      problem: expect.stringMatching(/bot is not loaded: status 404 .*No adapter found/),
    })
    expect(await asked(gateway, 'bot')).toMatchObject({
      status: 503,
      message: expect.stringContaining('no replica of m has loaded it yet'),
    })
    expect(await asked(gateway, 'm')).toMatchObject({ status: 200 })
  })

  it('whose replica is full keep nobody from another one', async () => {
    const held = Promise.withResolvers<void>()
    const has = await engineThatAnswers(async (url) => {
      if (url.endsWith('/completions')) await held.promise
      return [200, { model: 'bot', data: [{ id: 'm' }, { id: 'bot' }] }]
    })
    const lacks = await engineThatLoadsNothing()
    const { source } = settableSource(...replicasAt([has, lacks]))
    const gateway = await startTestGateway(fleetWith([adapter('bot')], { maxInFlight: 1 }), { source, workers })
    cleanUps.push(() => gateway.close())
    await until('both have told', async () => (await gateway.load()).replicas.every(({ ready }) => ready))
    const ofAdapter = [asked(gateway, 'bot'), asked(gateway, 'bot'), asked(gateway, 'bot')]
    await until('two of them wait', async () => (await gateway.load()).queues[0]?.length === 2)
    for (let count = 0; count < 5; count += 1) expect(await asked(gateway, 'm')).toMatchObject({ status: 200 })
    held.resolve()
    expect((await Promise.all(ofAdapter)).map(({ status }) => status)).toEqual([200, 200, 200])
    await untilIdle(gateway)
  })
})
