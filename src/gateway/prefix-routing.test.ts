import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function serve(
  count: number,
  routing: object = {},
  gatewaySettings: object = {},
): Promise<[TestGateway, ProgrammableUpstream[]]> {
  const engines = await Promise.all(Array.from({ length: count }, () => startUpstream(answerJson({}))))
  for (const engine of engines) cleanUps.push(() => engine.kill())
  const addresses = engines.map(({ url }) => url)
  const gateway = await startTestGateway({
    gateway: gatewaySettings,
    models: [{ name: 'm', engine: 'external', addresses, routing }],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, count)
  return [gateway, engines]
}

const chat = '/v1/chat/completions'
/** A conversation whose first message is long; the families differ from their first block on. */
const conversation = (family: string, turns: number, more: object = {}) => {
  const messages = Array.from({ length: turns }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: `${family} ${turn} `.repeat(100),
  }))
  return JSON.stringify({ model: 'm', ...more, messages })
}
const tools = (name: string) => ({ tools: [{ type: 'function', function: { name, parameters: {} } }] })
/** Metrics of an engine whose cache has so many blocks of 16 tokens. */
const cacheOf = (blocks: number) => `vllm:cache_config_info{block_size="16",num_gpu_blocks="${blocks}"} 1\n`
const counts = (engines: readonly ProgrammableUpstream[]) => engines.map(({ received }) => received.length)
const samples = async (gateway: TestGateway, name: string) =>
  Number(new RegExp(`^${name}\\{model="m"\\} (\\d+)`, 'm').exec(await gateway.metrics())?.[1])

// proves C4 (stand-in)
describe('routing by prefix', () => {
  it('keeps each conversation where its beginning is, and spreads conversations', async () => {
    const [gateway, engines] = await serve(3)
    for (const family of ['a', 'b', 'c']) await gateway.ask(chat, conversation(family, 1))
    expect(counts(engines)).toEqual([1, 1, 1])
    for (const turns of [3, 5, 7]) {
      for (const family of ['c', 'a', 'b']) await gateway.ask(chat, conversation(family, turns))
    }
    for (const { received } of engines) {
      const families = received.map(({ body }) => /"content":"(\w)/.exec(body.toString())?.[1])
      expect(new Set(families).size).toBe(1)
      expect(families).toHaveLength(4)
    }
    await untilIdle(gateway)
    const held = await samples(gateway, 'fairlead_scheduler_held_blocks_total')
    expect(held / (await samples(gateway, 'fairlead_scheduler_prompt_blocks_total'))).toBeGreaterThan(0.5)
    expect(await gateway.metrics()).toMatch(/^fairlead_scheduler_decisions_total\{model="m",reason="prefix"\} 9$/m)
    expect(gateway.log.findLast(({ msg }) => msg === 'request')).toMatchObject({ choice: 'prefix' })
  })

  it('finds what was asked of a model itself where it answers for another one’s adapter', async () => {
    const [gone, ...engines] = await Promise.all([1, 2, 3].map(() => startUpstream(answerJson({}))))
    for (const engine of engines) cleanUps.push(() => engine.kill())
    await gone?.kill()
    const gateway = await startTestGateway({
      models: [
        {
          name: 'tuned',
          engine: 'external',
          addresses: [gone?.url ?? ''],
          adapters: [{ name: 'bot', source: 'hf://a/bot' }],
          routing: { fallbackModels: ['m'] },
        },
        { name: 'm', engine: 'external', addresses: engines.map(({ url }) => url), routing: { policy: 'prefix' } },
      ],
    })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 2)
    for (const family of ['a', 'b', 'c', 'd']) {
      await gateway.ask(chat, conversation(family, 1))
      await gateway.ask(chat, conversation(family, 3, { model: 'bot' }))
      await untilIdle(gateway)
    }
    const choices = gateway.log.filter(({ msg }) => msg === 'request').map(({ choice }) => choice)
    expect(choices).toEqual(Array.from({ length: 4 }, () => ['new-prompt', 'prefix']).flat())
  })

  it('is of one mind with several threads: what one has sent, all know', async () => {
    const [gateway, engines] = await serve(3, {}, { workers: 4 })
    const families = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const turns of [1, 3, 5, 7]) {
      // Each on a connection of its own, which some thread takes.
      for (const family of families) {
        await gateway.ask(chat, conversation(family, turns))
        // Its thread may still count it when the client has the answer.
        await untilIdle(gateway)
      }
    }
    const holders = families.map((family) =>
      engines.flatMap(({ received }, place) =>
        received.some(({ body }) => body.includes(`"content":"${family} `)) ? [place] : [],
      ),
    )
    for (const places of holders) expect(places).toHaveLength(1)
    expect(new Set(holders.flat()).size).toBe(3)
  })

  it.each([1, 4])(
    'looks for a beginning where its engine has room for it, and no longer than it has; with %d threads',
    async (workers) => {
      const routing = { sharedReplicas: true }
      const settings = { workers, health: { interval: '50ms' } }
      const [gateway, engines] = await serve(2, routing, settings)
      // Prompts of two thousand tokens, one of which is as much as the smaller cache holds.
      let asked = 0
      const ask = async (family: string) => {
        const requestId = `request-${(asked += 1)}`
        const messages = [{ role: 'user', content: `${family} `.repeat(4100) }]
        await gateway.ask(chat, JSON.stringify({ model: 'm', messages }), { headers: { 'x-request-id': requestId } })
        // Its thread may still count it when the client has the answer.
        await untilIdle(gateway)
        const line = () => gateway.log.find((each) => each['requestId'] === requestId && each['msg'] === 'request')
        await until('its line is written', () => line() !== undefined)
        return line()?.['choice']
      }
      const tell = async (blocks: number) => {
        for (const engine of engines) engine.metrics = cacheOf(blocks)
        await until('the engines have told', async () =>
          (await gateway.load()).replicas.every(({ reported }) => reported?.kvCacheTokens === blocks * 16),
        )
      }
      const first = ['a', 'b', 'c', 'd', 'e', 'f']
      for (const family of first) await ask(family)
      for (const family of first) expect([family, await ask(family)]).toEqual([family, 'prefix'])
      await tell(128)
      for (const family of ['g', 'h', 'i', 'j']) await ask(family)
      for (const family of ['a', 'e', 'g']) expect([family, await ask(family)]).toEqual([family, 'new-prompt'])
      expect(await ask('g')).toBe('prefix')
      await tell(1280)
      for (const family of ['k', 'l', 'm', 'n']) await ask(family)
      for (const family of ['k', 'l', 'm', 'n']) expect([family, await ask(family)]).toEqual([family, 'prefix'])
    },
  )

  it.each([1, 4])(
    'goes elsewhere by longestPrefix while the holder’s cache is full, unless all are; with %d threads',
    async (workers) => {
      const settings = { workers, health: { interval: '50ms' } }
      const [gateway, engines] = await serve(2, { policy: 'longestPrefix', sharedReplicas: true }, settings)
      const tell = async (usages: readonly number[]) => {
        for (const [place, usage] of usages.entries()) {
          const engine = engines[place]
          if (engine !== undefined) engine.metrics = `vllm:kv_cache_usage_perc ${usage}\n`
        }
        await until('the engines have told', async () => {
          const told = (await gateway.load()).replicas.map(({ reported }) => reported?.kvCacheUsage)
          return told.join() === usages.join()
        })
      }
      const ask = async (family: string) => {
        const before = counts(engines)
        await gateway.ask(chat, conversation(family, 9))
        await untilIdle(gateway)
        return counts(engines).findIndex((count, place) => count > (before[place] ?? 0))
      }
      const holder = await ask('a')
      expect([await ask('a'), await ask('a')]).toEqual([holder, holder])
      // Above the Fleet's default.
      await tell([0.95, 0.96])
      expect(await ask('a')).toBe(holder)
      await tell(holder === 0 ? [0.95, 0.5] : [0.5, 0.95])
      expect(await ask('a')).toBe(1 - holder)
    },
  )

  it('takes other tools for another prompt, since they are rendered before the messages', async () => {
    const [gateway, engines] = await serve(2)
    for (let round = 0; round < 3; round += 1) {
      await gateway.ask(chat, conversation('a', 1, tools('one')))
      await gateway.ask(chat, conversation('a', 1, tools('two')))
    }
    expect(counts(engines)).toEqual([3, 3])
    const named = engines.map(
      ({ received }) => new Set(received.map(({ body }) => /"name":"(\w+)"/.exec(body.toString())?.[1])),
    )
    expect(named.map((names) => names.size)).toEqual([1, 1])
  })

  it('goes elsewhere while the holder is busy, and when it is gone', async () => {
    const [gateway, engines] = await serve(2)
    await gateway.ask(chat, conversation('a', 1))
    const holder = engines.find(({ received }) => received.length === 1)
    if (holder === undefined) throw new Error('nobody was asked')
    holder.behave = () => {}
    const stuck = Array.from({ length: 60 }, () => gateway.ask(chat, conversation('a', 3)))
    const others = await Promise.race([
      Promise.all(stuck),
      new Promise<'some wait'>((resolve) => setTimeout(() => resolve('some wait'), 300)),
    ])
    expect(others).toBe('some wait')
    const [first = 0, second = 0] = counts(engines)
    expect(Math.min(first, second)).toBeGreaterThan(0)
    await holder.kill()
    await Promise.all(stuck)
    expect((await gateway.ask(chat, conversation('a', 5))).status).toBe(200)
    await untilIdle(gateway)
  })

  it('is left alone for short prompts, one replica, and other policies', async () => {
    const [gateway, engines] = await serve(2)
    for (let round = 0; round < 4; round += 1) await gateway.ask(chat, '{"model":"m","messages":[]}')
    expect(counts(engines)).toEqual([2, 2])
    const [turning, turned] = await serve(2, { policy: 'roundRobin' })
    for (let round = 0; round < 4; round += 1) await turning.ask(chat, conversation('a', 3))
    expect(counts(turned)).toEqual([2, 2])
    expect(await samples(turning, 'fairlead_scheduler_prompt_blocks_total')).toBe(0)
  })

  it('does not gather all on who holds a beginning that everybody shares', async () => {
    const [gateway, engines] = await serve(4)
    const shared = 'You are a helpful assistant of the harbour office. '.repeat(20)
    for (let index = 0; index < 32; index += 1) {
      const own = `question ${index} `.repeat(400)
      const messages = [
        { role: 'system', content: shared },
        { role: 'user', content: own },
      ]
      await gateway.ask(chat, JSON.stringify({ model: 'm', messages }))
    }
    expect(Math.max(...counts(engines))).toBeLessThan(16)
    expect(Math.min(...counts(engines))).toBeGreaterThan(2)
  })
})

// proves C4 (stand-in)
describe('other ways of choosing', () => {
  it('keep a session with its replica when the Fleet says so, with every policy', async () => {
    for (const policy of ['auto', 'leastInFlight']) {
      const [gateway, engines] = await serve(3, { policy, session: { enabled: true } })
      const ask = (session: string) =>
        gateway.ask(chat, '{"model":"m","messages":[]}', { headers: { 'X-Session-Id': session } })
      for (let turn = 0; turn < 4; turn += 1) for (const session of ['a', 'b', 'c']) await ask(session)
      const seen = engines.map(({ received }) => new Set(received.map(({ headers }) => headers['x-session-id'])))
      expect(seen.map((sessions) => sessions.size)).toEqual([1, 1, 1])
    }
  })

  it('keep a session with its replica whichever thread is asked', async () => {
    const [gateway, engines] = await serve(3, { session: { enabled: true } }, { workers: 4 })
    const sessions = ['a', 'b', 'é'.repeat(20), 'd', 'e', 'f']
    for (let turn = 0; turn < 4; turn += 1) {
      for (const session of sessions) {
        const headers = { 'X-Session-Id': encodeURIComponent(session) }
        await gateway.ask(chat, '{"model":"m","messages":[]}', { headers })
        await untilIdle(gateway)
      }
    }
    const named = engines.map(({ received }) => new Set(received.map(({ headers }) => headers['x-session-id'])))
    expect(named.reduce((total, { size }) => total + size, 0)).toBe(sessions.length)
    expect(Math.min(...named.map(({ size }) => size))).toBeGreaterThan(0)
  })

  it('count the tokens in flight, and give them back', async () => {
    const [gateway, engines] = await serve(2, { policy: 'load' })
    for (const engine of engines) engine.behave = () => {}
    const long = gateway.ask(chat, conversation('a', 31))
    const holder = () => engines.find(({ received }) => received.length > 0)
    await until('the long prompt is under way', () => holder() !== undefined)
    const held = holder()
    const other = engines.find((engine) => engine !== held)
    if (held === undefined || other === undefined) throw new Error('there are two engines')
    other.behave = answerJson({})
    for (let round = 0; round < 5; round += 1) await gateway.ask(chat, conversation('b', 1))
    expect(other.received).toHaveLength(5)
    await held.kill()
    await long
    await untilIdle(gateway)
  })
})
