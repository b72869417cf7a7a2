import type { ServerResponse } from 'node:http'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const body = '{"model":"m"}'
const streaming = '{"model":"m","stream":true}'
const event = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
const usageEvent = 'data: {"choices":[],"usage":{"prompt_tokens":3,"total_tokens":5,"completion_tokens":2}}\n\n'
const done = 'data: [DONE]\n\n'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})
async function upstreams(...behaviours: readonly Behaviour[]): Promise<ProgrammableUpstream[]> {
  const started = await Promise.all(behaviours.map((behave) => startUpstream(behave)))
  for (const upstream of started) cleanUps.push(() => upstream.kill())
  return started
}
async function gatewayFor(
  replicas: readonly { readonly url: string }[],
  settings: { readonly gateway?: object; readonly model?: object; readonly others?: readonly object[] } = {},
): Promise<TestGateway> {
  const addresses = replicas.map(({ url }) => url)
  const gateway = await startTestGateway({
    gateway: settings.gateway ?? {},
    models: [{ name: 'm', engine: 'external', addresses, ...settings.model }, ...(settings.others ?? [])],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, replicas.length)
  return gateway
}
const codeOf = (answer: { readonly body: Buffer }) =>
  (JSON.parse(answer.body.toString()) as { error: { code: string } }).error.code
const counts = (all: readonly ProgrammableUpstream[]) => all.map(({ received }) => received.length)
const metric = async (gateway: TestGateway, line: string) =>
  Number(
    (await gateway.metrics())
      .split('\n')
      .find((text) => text.startsWith(line))
      ?.split(' ')
      .at(-1) ?? 0,
  )
const busy =
  (retryAfter?: string): Behaviour =>
  (response) =>
    response.writeHead(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('{"error":"theirs"}')

/** Begins to answer, and then says nothing. */
const slowAfterHead: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
}
/** A model that may answer in another's place. */
const other = (upstream: ProgrammableUpstream | undefined) => ({
  name: 'other',
  engine: 'external',
  addresses: [upstream?.url ?? ''],
  upstreamModel: 'theirs',
})
const loggedRequest = async (gateway: TestGateway) => {
  await until('the request is logged', () => gateway.log.some(({ msg }) => msg === 'request'))
  return gateway.log.find(({ msg }) => msg === 'request')
}

describe('an engine that is busy (429)', () => {
  it('is passed over for another, without counting as broken', async () => {
    const all = await upstreams(busy('60'), answerJson({ by: 1 }))
    const gateway = await gatewayFor(all, { gateway: { ejection: { failures: 1 } } })
    for (let count = 0; count < 4; count += 1) expect((await gateway.ask(chat, body)).body.toString()).toBe('{"by":1}')
    expect(await metric(gateway, 'fairlead_gateway_ejections_total')).toBe(0)
  })

  it('tells the client when to come again, in its own words, where there is no other', async () => {
    const gateway = await gatewayFor(await upstreams(busy('60')))
    const answer = await gateway.ask(chat, body)
    expect([answer.status, answer.headers['retry-after'], answer.body.toString()]).toEqual([
      429,
      '60',
      '{"error":"theirs"}',
    ])
    await untilIdle(gateway)
  })

  it('is asked again after the second that it named', async () => {
    const all = await upstreams((response, received, index) =>
      (index === 0 ? busy('1') : answerJson({ ok: true }))(response, received, index),
    )
    const gateway = await gatewayFor(all)
    const begun = performance.now()
    expect((await gateway.ask(chat, body)).status).toBe(200)
    expect(performance.now() - begun).toBeGreaterThan(990)
    await untilIdle(gateway)
  })

  it('is let go when the client leaves in that second', async () => {
    const all = await upstreams(busy('1'))
    const gateway = await gatewayFor(all)
    const controller = new AbortController()
    const asked = fetch(gateway.url + chat, { method: 'POST', body, signal: controller.signal })
    await until('it is asked', () => all[0]?.received.length === 1)
    controller.abort()
    await expect(asked).rejects.toThrow('aborted')
    await until('it is logged', () => gateway.log.some(({ reason }) => reason === 'client_closed'))
    await untilIdle(gateway)
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    expect(counts(all)).toEqual([1])
  })
})

describe('the retry budget', () => {
  it('ends retries when everything fails, so that load is not multiplied', async () => {
    const all = await upstreams(answerJson({}, 503), answerJson({}, 503), answerJson({}, 503))
    const gateway = await gatewayFor(all, {
      gateway: { retry: { budget: { share: 0.2, perSecond: 0.5 } }, ejection: { failures: 1000 } },
    })
    for (let count = 0; count < 50; count += 1) expect((await gateway.ask(chat, body)).status).toBe(502)
    const retries = counts(all).reduce((sum, count) => sum + count) - 50
    // 0.5 a second for ten seconds, and 20 % of 50 requests; the window may have moved on meanwhile.
    expect(retries).toBeGreaterThanOrEqual(10)
    expect(retries).toBeLessThanOrEqual(25)
    expect(await metric(gateway, 'fairlead_gateway_retries_denied_total{model="m"}')).toBeGreaterThan(0)
  })
})

describe('hedging', () => {
  // proves C7, Q6, Q7 (simulated)
  it('asks a second replica when the first is silent; the first byte wins, the other is let go', async () => {
    const all = await upstreams(slowAfterHead, slowAfterHead, slowAfterHead)
    const [, , last] = all
    if (last === undefined) throw new Error('no upstream')
    const gateway = await gatewayFor(all, { model: { retry: { hedgeAfter: '150ms', attempts: 2 } } })
    for (const upstream of all)
      upstream.behave = (...asked) => {
        const isFirst = counts(all).reduce((sum, count) => sum + count) === 1
        if (isFirst) slowAfterHead(...asked)
        else answerEvents((response) => response.end(event + done))(...asked)
      }
    const answer = await gateway.ask(chat, streaming)
    expect(answer.body.toString()).toBe(event + done)
    expect(counts(all).reduce((sum, count) => sum + count)).toBe(2)
    await until('the slow one is let go', () => all.every((upstream) => upstream.openAnswers() === 0))
    expect(all.flatMap(({ received }) => received).filter(({ isAborted }) => isAborted)).toHaveLength(1)
    await untilIdle(gateway)
    expect(await metric(gateway, 'fairlead_gateway_hedges_total{model="m"}')).toBe(1)
    expect(gateway.log.findLast(({ msg }) => msg === 'request')).toMatchObject({ attempts: 2, reason: '' })
  })

  it('leaves the second to answer when the first fails after all', async () => {
    const all = await upstreams(
      () => {},
      () => {},
    )
    const gateway = await gatewayFor(all, { model: { retry: { hedgeAfter: '100ms' } } })
    let asked = 0
    for (const upstream of all)
      upstream.behave = (response, received, index) => {
        asked += 1
        if (asked === 1) setTimeout(() => response.destroy(), 300)
        else setTimeout(() => answerJson({ ok: true })(response, received, index), 500)
      }
    expect((await gateway.ask(chat, body)).body.toString()).toBe('{"ok":true}')
    expect(asked).toBe(2)
    await untilIdle(gateway)
  })

  it('is not done for an answer in time, nor when nobody asked for it', async () => {
    const all = await upstreams(answerJson({}), answerJson({}))
    const gateway = await gatewayFor(all, { model: { retry: { hedgeAfter: '10s' } } })
    for (let count = 0; count < 5; count += 1) await gateway.ask(chat, body)
    expect(counts(all).reduce((sum, count) => sum + count)).toBe(5)
  })

  it('frees both when the client leaves', async () => {
    const all = await upstreams(
      () => {},
      () => {},
    )
    const gateway = await gatewayFor(all, { model: { retry: { hedgeAfter: '50ms' } } })
    const controller = new AbortController()
    const asked = fetch(gateway.url + chat, { method: 'POST', body, signal: controller.signal })
    await until('both are asked', () => counts(all).every((count) => count === 1))
    controller.abort()
    await expect(asked).rejects.toThrow('aborted')
    await until('both are free', () => all.every((upstream) => upstream.openAnswers() === 0))
    await untilIdle(gateway)
  })
})

describe('fallback models', () => {
  const model = { routing: { fallbackModels: ['other'] } }

  it('answer when no replica is ready, under the name that their engine knows', async () => {
    const [upstream] = await upstreams(answerJson({ by: 'other' }))
    const gateway = await gatewayFor([], {
      model: { ...model, addresses: ['http://127.0.0.1:9'] },
      others: [other(upstream)],
    })
    await untilReady(gateway, 1)
    expect((await gateway.ask(chat, body)).body.toString()).toBe('{"by":"other"}')
    expect(upstream?.received[0]?.body.toString()).toBe('{"model":"theirs"}')
    expect(await metric(gateway, 'fairlead_gateway_fallbacks_total{model="m"}')).toBe(1)
    expect(gateway.log.findLast(({ msg }) => msg === 'request')).toMatchObject({ model: 'other' })
  })

  it('answer when every replica has failed the request', async () => {
    const all = await upstreams(answerJson({}, 503), answerJson({}, 503), answerJson({ by: 'other' }))
    const gateway = await gatewayFor(all.slice(0, 2), { model, others: [other(all[2])] })
    await untilReady(gateway, 3)
    expect((await gateway.ask(chat, body)).body.toString()).toBe('{"by":"other"}')
    expect(counts(all)).toEqual([1, 1, 1])
    await untilIdle(gateway)
  })

  it('are kept from a key that may not use them', async () => {
    const [upstream] = await upstreams(answerJson({}))
    const gateway = await startTestGateway(
      {
        access: { keys: [{ name: 'a', value: { env: 'KEY' }, models: ['m'] }] },
        models: [{ name: 'm', engine: 'external', addresses: ['http://127.0.0.1:9'], ...model }, other(upstream)],
      },
      { environment: { KEY: 'sk-0123456789abcdef' } },
    )
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const answer = await gateway.ask(chat, body, { headers: { authorization: 'Bearer sk-0123456789abcdef' } })
    expect([answer.status, codeOf(answer)]).toEqual([503, 'no_ready_replica'])
  })
})

describe('a replica that answers its probes but fails its requests', () => {
  it('is set aside where its streams end with their connection and without [DONE]', async () => {
    const all = await upstreams((response) => {
      response.removeHeader('transfer-encoding')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event)
    }, answerJson({}))
    const gateway = await gatewayFor(all, { gateway: { ejection: { failures: 2, time: '1m' } } })
    while ((all[0]?.received.length ?? 0) < 2) await gateway.ask(chat, streaming)
    await untilIdle(gateway)
    expect(await metric(gateway, 'fairlead_gateway_replica_ejected{model="m",replica="m-0"}')).toBe(1)
  })

  // proves C7 (simulated)
  it('is set aside, tried once after a time, and gets work again once that succeeds', async () => {
    const all = await upstreams(answerJson({}, 500), answerJson({}))
    const gateway = await gatewayFor(all, { gateway: { ejection: { failures: 3, time: '700ms' } } })
    const [sick] = all
    if (sick === undefined) throw new Error('no upstream')
    while (sick.received.length < 3) await gateway.ask(chat, body)
    expect(await metric(gateway, 'fairlead_gateway_replica_ejected{model="m",replica="m-0"}')).toBe(1)
    expect(JSON.parse((await gateway.ask('/health')).body.toString())).toMatchObject({ status: 'degraded' })
    for (let count = 0; count < 10; count += 1) expect((await gateway.ask(chat, body)).status).toBe(200)
    expect(sick.received.length).toBe(3)
    await until('it is tried', async () => {
      await gateway.ask(chat, body)
      return sick.received.length === 4
    })
    sick.behave = answerJson({})
    await until(
      'it works again',
      async () => (await gateway.ask(chat, body)).status === 200 && sick.received.length > 8,
    )
    expect(await metric(gateway, 'fairlead_gateway_replica_ejected{model="m",replica="m-0"}')).toBe(0)
    expect(await metric(gateway, 'fairlead_gateway_ejections_total{model="m",replica="m-0"}')).toBe(2)
  })

  it('stays aside for the failure after its trial, however long the answer to that takes', async () => {
    const all = await upstreams(answerJson({}, 500), answerJson({}))
    const gateway = await gatewayFor(all, {
      gateway: { ejection: { failures: 1, time: '300ms' } },
      model: { routing: { policy: 'roundRobin' } },
    })
    const [sick] = all
    if (sick === undefined) throw new Error('no upstream')
    const ejections = () => metric(gateway, 'fairlead_gateway_ejections_total{model="m",replica="m-0"}')
    await until('it is set aside', async () => (await gateway.ask(chat, body)).status !== 200)
    const answers: ServerResponse[] = []
    sick.behave = answerEvents((response) => {
      response.write(event)
      answers.push(response)
    })
    const asked: Promise<unknown>[] = []
    await until('it is tried', async () => {
      asked.push(gateway.ask(chat, streaming))
      await new Promise((resolve) => setTimeout(resolve, 30))
      return sick.received.length === 2
    })
    sick.behave = answerJson({}, 500)
    await until('it fails again', async () => (await gateway.ask(chat, body)).status !== 200)
    expect(await ejections()).toBe(2)
    for (const answer of answers) answer.end(done)
    await Promise.all(asked)
    await untilIdle(gateway)
    expect(await metric(gateway, 'fairlead_gateway_replica_ejected{model="m",replica="m-0"}')).toBe(1)
    expect(await ejections()).toBe(2)
  })

  it('that hangs is found by its first bytes that do not come', async () => {
    const all = await upstreams(
      () => {},
      answerEvents((response) => response.end(event + done)),
    )
    const gateway = await gatewayFor(all, {
      gateway: { ejection: { failures: 2, time: '10m' } },
      model: { deadlines: { ttft: '200ms' } },
    })
    const [hung] = all
    while ((hung?.received.length ?? 2) < 2) await gateway.ask(chat, streaming)
    for (let count = 0; count < 6; count += 1) {
      expect((await gateway.ask(chat, streaming)).body.toString()).toBe(event + done)
    }
    expect(hung?.received.length).toBe(2)
    expect((await gateway.load()).replicas[0]).toMatchObject({ ready: true, inFlight: 0 })
  })

  it('is not set aside when it is the only one, and not for a client’s short patience', async () => {
    const all = await upstreams(answerJson({}, 500))
    const alone = await gatewayFor(all, { gateway: { ejection: { failures: 1 } } })
    for (let count = 0; count < 4; count += 1) expect(codeOf(await alone.ask(chat, body))).toBe('upstream_error')
    const pair = await upstreams(
      () => {},
      () => {},
    )
    const gateway = await gatewayFor(pair, { gateway: { ejection: { failures: 1, time: '10m' } } })
    for (let count = 0; count < 4; count += 1) {
      await gateway.ask(chat, body, { headers: { 'x-request-timeout': '50ms' } })
    }
    expect(await metric(gateway, 'fairlead_gateway_ejections_total')).toBe(0)
    expect(counts(pair)).toEqual([2, 2])
  })

  it('still answers as a last resort when the healthy ones are gone', async () => {
    const all = await upstreams(answerJson({}, 500), answerJson({}))
    const gateway = await gatewayFor(all, {
      gateway: { ejection: { failures: 1, time: '10m' }, health: { interval: '50ms' } },
    })
    const [sick, healthy] = all
    await until('it is set aside', async () => {
      await gateway.ask(chat, body)
      return (await metric(gateway, 'fairlead_gateway_replica_ejected{model="m",replica="m-0"}')) === 1
    })
    if (sick !== undefined) sick.behave = answerJson({ by: 'sick' })
    await healthy?.kill()
    cleanUps.splice(1, 1)
    await until('the other is gone', async () => (await gateway.load()).replicas[1]?.ready === false)
    expect((await gateway.ask(chat, body)).body.toString()).toBe('{"by":"sick"}')
  })
})

describe('usage of streams', () => {
  // proves E1 (simulated)
  it('is asked of the engine and counted, and hidden from a client that did not ask', async () => {
    const [upstream] = await upstreams(answerEvents((response) => response.end(event + usageEvent + done)))
    const gateway = await gatewayFor(upstream === undefined ? [] : [upstream])
    expect((await gateway.ask(chat, streaming)).body.toString()).toBe(event + done)
    expect(JSON.parse(upstream?.received[0]?.body.toString() ?? '')).toEqual({
      stream_options: { include_usage: true },
      ...(JSON.parse(streaming) as object),
    })
    expect(await loggedRequest(gateway)).toMatchObject({ inputTokens: 3, outputTokens: 2 })
    expect(await metric(gateway, 'fairlead_gateway_output_tokens_total{model="m"}')).toBe(2)
  })

  it('is hidden however the engine cuts its stream', async () => {
    const bytes = Buffer.from(event + usageEvent + done)
    const [upstream] = await upstreams(
      answerEvents((response, { headers }) => {
        const at = Number(headers['x-cut'])
        response.write(bytes.subarray(0, at))
        setImmediate(() => response.end(bytes.subarray(at)))
      }),
    )
    const gateway = await gatewayFor(upstream === undefined ? [] : [upstream])
    for (let at = 1; at < bytes.length; at += 1) {
      const answer = await gateway.ask(chat, streaming, { headers: { 'x-cut': String(at) } })
      expect(answer.body.toString(), `cut at ${at}`).toBe(event + done)
    }
  })

  it('is estimated from what was seen of a stream that was broken off', async () => {
    const [upstream] = await upstreams(answerEvents((response) => response.end(event + usageEvent + done)))
    const gateway = await gatewayFor(upstream === undefined ? [] : [upstream])
    await gateway.ask(chat, streaming)
    await loggedRequest(gateway)
    gateway.log.length = 0
    if (upstream !== undefined) {
      upstream.behave = answerEvents((response) => {
        response.write(event.repeat(7))
        setTimeout(() => response.destroy(), 50)
      })
    }
    await gateway.ask(chat, streaming)
    expect(await loggedRequest(gateway)).toMatchObject({ inputTokens: 3, outputTokens: 7, isUsageEstimated: true })
    expect(await metric(gateway, 'fairlead_gateway_output_tokens_total{model="m"}')).toBe(9)
  })
})

const clientOf = (gateway: TestGateway) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none' })
/** What the official client says, by its own count, of the try that an engine answered. */
const triesBefore = (upstream: ProgrammableUpstream | undefined) =>
  upstream?.received.at(-1)?.headers['x-stainless-retry-count']
const refusals = (gateway: TestGateway, status: number) => gateway.log.filter((line) => line['status'] === status)

// proves C1, C7 (stand-in)
describe('the official client, which tries again by itself', () => {
  const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Why?' }] }
  const answer = answerJson({ choices: [{ index: 0, message: { role: 'assistant', content: 'Because.' } }] })
  const text = 'data: {"choices":[{"index":0,"delta":{"content":"Because."}}]}\n\ndata: [DONE]\n\n'

  it('gets through a 429 after the second that it names', async () => {
    const all = await upstreams((response, received, index) =>
      (index === 0 ? busy('1') : answer)(response, received, index),
    )
    // The gateway would ask again for it.
    const gateway = await gatewayFor(all, { model: { retry: { attempts: 1 } } })
    const begun = performance.now()
    const { choices } = await clientOf(gateway).chat.completions.create(question)
    expect(choices[0]?.message.content).toBe('Because.')
    expect(performance.now() - begun).toBeGreaterThan(990)
    expect([triesBefore(all[0]), counts(all), refusals(gateway, 429).length]).toEqual(['1', [2], 1])
  })

  it('gets through a 503 to a stream, once a replica is ready at the time that it names', async () => {
    const all = await upstreams(answerEvents((response) => response.end(text)))
    const [upstream] = all
    if (upstream === undefined) throw new Error('no upstream')
    const gateway = await gatewayFor(all, { gateway: { health: { interval: '50ms', unhealthyAfter: 1 } } })
    upstream.isReady = false
    await until('it is out', async () => (await gateway.load()).replicas[0]?.ready === false)
    const begun = performance.now()
    const asked = clientOf(gateway).chat.completions.create({ ...question, stream: true })
    await until('it is refused', () => refusals(gateway, 503).length === 1)
    upstream.isReady = true
    const words: string[] = []
    for await (const { choices } of await asked) words.push(choices[0]?.delta.content ?? '')
    expect(words).toEqual(['Because.'])
    expect(performance.now() - begun).toBeGreaterThan(1_990)
    expect([triesBefore(upstream), refusals(gateway, 503)[0]?.['reason']]).toEqual(['1', 'no_ready_replica'])
  })
})
