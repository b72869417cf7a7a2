import { Dealer, Subscriber } from 'zeromq'
import { afterEach, describe, expect, it } from 'vitest'
import {
  decodeKvMessage,
  decodeReplayReply,
  replayRequest,
  type KvEvent,
  type KvMessage,
} from '../../../engines/index.ts'
import { startSimulated, type SimulatedServer } from '../../serving/testing/index.ts'
import type { SimulatedSettings } from '../settings.ts'
import { KvPublisher } from './kv-publisher.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})

/** An engine that publishes, and a subscriber that hears it. */
async function start(settings: Partial<SimulatedSettings> = {}) {
  const publisher = await KvPublisher.open({
    endpoint: 'tcp://127.0.0.1:*',
    replayEndpoint: 'tcp://127.0.0.1:*',
    topic: 'kv@127.0.0.1@smol',
  })
  const server = await startSimulated({ kvBlockTokens: 16, ...settings }, { engine: { publisher } })
  opened.push(server)
  const subscriber = new Subscriber({ linger: 0, receiveTimeout: 10_000 })
  opened.push(subscriber)
  subscriber.connect(publisher.endpoint)
  subscriber.subscribe('kv@')
  await untilHeard(server, subscriber)
  return { server, publisher, next: () => nextMessage(subscriber) }
}

/** A subscription is there when an event comes through it: asks until one does, and reads what was on its way. */
async function untilHeard(server: SimulatedServer, subscriber: Subscriber): Promise<void> {
  subscriber.receiveTimeout = 100
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await ask(server, `attempt ${attempt} ${'of many '.repeat(20)}`, 1)
    const isHeard = await subscriber.receive().then(
      () => true,
      () => false,
    )
    if (!isHeard) continue
    subscriber.receiveTimeout = 10_000
    return
  }
  throw new Error('nothing was heard')
}

async function nextMessage(subscriber: Subscriber): Promise<KvMessage> {
  const message = decodeKvMessage(await subscriber.receive())
  if (message.kind === 'malformed') throw new Error(message.reason)
  expect(message.batch.problems).toEqual([])
  return message
}

async function ask(server: SimulatedServer, prompt: string, maxTokens: number, more: object = {}) {
  const response = await fetch(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, max_tokens: maxTokens, ignore_eos: true, ...more }),
  })
  return (await response.json()) as {
    usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } }
  }
}

const words = (start: string) => `${start} ${'river stone '.repeat(30)}`
const tokensOf = (events: readonly KvEvent[]) =>
  events.flatMap((event) => (event.kind === 'stored' ? [event.tokenIds.length] : []))

describe('KV events of a simulated engine', () => {
  it('tell each block once it is full, those of the answer one by one, in numbered messages', async () => {
    const { server, next } = await start()
    const { usage } = await ask(server, words('first'), 40)
    const first = await next()
    expect([first.topic, first.batch.rank]).toEqual(['kv@127.0.0.1@smol', 0])
    expect(tokensOf(first.batch.events)).toEqual([usage.prompt_tokens - (usage.prompt_tokens % 16)])
    // The answer's last token is never computed.
    const further = Math.floor((usage.prompt_tokens + 39) / 16) - Math.floor(usage.prompt_tokens / 16)
    for (let block = 1; block <= further; block += 1) {
      const message = await next()
      expect([message.sequence, tokensOf(message.batch.events)]).toEqual([first.sequence + block, [16]])
    }
    await ask(server, words('second'), 1)
    expect((await next()).sequence).toBe(first.sequence + further + 1)
  })

  it('say what a later answer reports as cached: whoever follows them knows it beforehand', async () => {
    const { server, next } = await start()
    await ask(server, words('mine'), 1)
    const [event] = (await next()).batch.events
    const known = event?.kind === 'stored' ? event.tokenIds.length : 0
    const { usage } = await ask(server, `${words('mine')} and more`, 1)
    expect(usage.prompt_tokens_details.cached_tokens).toBe(known)
  })

  it('tell of blocks that lost their place, by the names they were stored under', async () => {
    const { server, next } = await start({ kvCapacityTokens: 4096 })
    const stored = new Set<bigint>()
    const known: bigint[] = []
    for (let request = 0; known.length === 0 && request < 20; request += 1) {
      await ask(server, `${request} ${'old hill '.repeat(1000)}`, 1)
      for (const event of (await next()).batch.events) {
        if (event.kind === 'stored') for (const hash of event.blockHashes) stored.add(hash)
        if (event.kind === 'removed') known.push(...event.blockHashes.filter((hash) => stored.has(hash)))
      }
    }
    expect(known.length).toBeGreaterThan(0)
  })

  it('tell of salts, and of a cache that was emptied with the next step', async () => {
    const { server, next } = await start()
    await ask(server, words('salted'), 1, { cache_salt: 'tenant-a' })
    expect((await next()).batch.events).toMatchObject([{ extraKeys: [['tenant-a'], null, null] }])
    const reset = await fetch(`${server.url}/reset_prefix_cache`, { method: 'POST' })
    expect(await reset.json()).toEqual({ success: true })
    const { usage } = await ask(server, words('salted'), 1, { cache_salt: 'tenant-a' })
    expect(usage.prompt_tokens_details.cached_tokens).toBe(0)
    expect((await next()).batch.events.map(({ kind }) => kind)).toEqual(['cleared', 'stored'])
  })

  it('are there again for who missed them, from any number on, up to an end', async () => {
    const { server, publisher, next } = await start()
    await ask(server, words('missed'), 1)
    const { sequence } = await next()
    const dealer = new Dealer({ linger: 0, receiveTimeout: 10_000 })
    opened.push(dealer)
    dealer.connect(publisher.replayEndpoint ?? '')
    for (const from of [0, sequence, sequence + 5]) {
      await dealer.send(replayRequest(from).map((frame) => Buffer.from(frame)))
      const numbers: number[] = []
      for (;;) {
        const reply = decodeReplayReply(await dealer.receive())
        if (reply.kind === 'end') break
        if (reply.kind === 'malformed') throw new Error(reply.reason)
        expect(reply.topic).toBe('kv@127.0.0.1@smol')
        numbers.push(reply.sequence)
      }
      expect(numbers).toEqual(Array.from({ length: Math.max(0, sequence + 1 - from) }, (_, place) => from + place))
    }
  })

  it('are published where the engine tells', async () => {
    const { server, publisher } = await start()
    expect(await (await fetch(`${server.url}/simulated/kv-events`)).json()).toEqual({
      endpoint: publisher.endpoint,
      replayEndpoint: publisher.replayEndpoint,
      topic: 'kv@127.0.0.1@smol',
    })
    const silent = await startSimulated()
    opened.push(silent)
    expect(await (await fetch(`${silent.url}/simulated/kv-events`)).json()).toEqual({
      endpoint: null,
      replayEndpoint: null,
      topic: null,
    })
  })

  it('say which endpoint cannot be had', async () => {
    const first = await KvPublisher.open({ endpoint: 'tcp://127.0.0.1:*', topic: '' })
    opened.push(first)
    const taken = first.endpoint.replace('tcp://127.0.0.1', 'tcp://*')
    await expect(KvPublisher.open({ endpoint: taken, topic: '' })).rejects.toThrow('cannot be published')
  })
})
