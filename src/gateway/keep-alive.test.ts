import OpenAI from 'openai'
import type { ServerResponse } from 'node:http'
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
const streaming = '{"model":"m","stream":true}'
const comment = ': keep-alive\n\n'
const event = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
const done = 'data: [DONE]\n\n'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})
async function start(
  behave: Behaviour,
  settings: { readonly gateway?: object; readonly model?: object } = {},
): Promise<{ readonly gateway: TestGateway; readonly upstream: ProgrammableUpstream }> {
  const upstream = await startUpstream(behave)
  cleanUps.push(() => upstream.kill())
  const gateway = await startTestGateway({
    gateway: { keepAliveAfter: '100ms', ...settings.gateway },
    models: [{ name: 'm', engine: 'external', addresses: [upstream.url], ...settings.model }],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, 1)
  return { gateway, upstream }
}
const after = (milliseconds: number, act: () => void) => void setTimeout(act, milliseconds)
const later =
  (milliseconds: number, behave: Behaviour): Behaviour =>
  (response, received, index) =>
    after(milliseconds, () => behave(response, received, index))

describe('a stream whose engine is silent', () => {
  // proves C7 (simulated)
  it('is told 200 and comments, and then gets the very events of the engine', async () => {
    const { gateway } = await start(
      later(
        450,
        answerEvents((response) => response.end(event + done)),
      ),
    )
    const answer = await gateway.ask(chat, streaming)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(answer.headers['x-request-id']).toBeTruthy()
    const text = answer.body.toString()
    expect(text).toMatch(/^(: keep-alive\n\n){2,4}data: /)
    expect(text.replaceAll(comment, '')).toBe(event + done)
  })

  it('gets no comment from an engine that answers in time', async () => {
    const { gateway } = await start(
      answerEvents((response) => response.end(event + done)),
      { gateway: { keepAliveAfter: '10s' } },
    )
    expect((await gateway.ask(chat, streaming)).body.toString()).toBe(event + done)
  })

  it('gets comments between its events too, never within one', async () => {
    const { gateway } = await start(
      answerEvents((response) => {
        response.write(`${event}data: {"choices"`)
        after(350, () => response.end(`:[]}\n\n${done}`))
      }),
    )
    const text = (await gateway.ask(chat, streaming)).body.toString()
    expect(text).toContain(event + comment)
    expect(text.replaceAll(comment, '')).toBe(`${event}data: {"choices":[]}\n\n${done}`)
  })

  const failures: readonly (readonly [string, Behaviour, string])[] = [
    ['breaks off', later(250, (response) => response.destroy()), '"code":"upstream_died"'],
    ['answers 503', later(250, answerJson({ secret: 1 }, 503)), '"code":"upstream_error"'],
    [
      'answers 400',
      later(250, answerJson({ error: { message: 'too long', code: 'context_too_long' } }, 400)),
      '{"error":{"message":"too long","code":"context_too_long"}}',
    ],
    ['answers with no stream', later(250, answerJson({ choices: [] })), '"code":"upstream_error"'],
    ['says nothing until its deadline', () => {}, '"code":"deadline_ttft"'],
  ]
  // proves C7, Q6 (simulated)
  it.each(failures)('and then %s: an error event, no [DONE]', async (_title, behave, code) => {
    const { gateway } = await start(behave, { model: { deadlines: { ttft: '3s' } } })
    const answer = await gateway.ask(chat, streaming)
    const text = answer.body.toString().replaceAll(comment, '')
    expect([answer.status, answer.isBroken]).toEqual([200, false])
    expect(text).toMatch(/^event: error\ndata: \{"error":.*\}\n\n$/)
    expect(text).toContain(code)
    expect(text).not.toContain('secret')
    await untilIdle(gateway)
    const record = gateway.log.findLast(({ msg }) => msg === 'request')
    expect(record).toMatchObject({ status: 200 })
    expect(record?.['reason']).not.toBe('')
  })

  it('is still answered by another replica: comments are no answer', async () => {
    const { gateway, upstream } = await start(later(250, answerJson({}, 503)))
    const other = await startUpstream(answerEvents((response) => response.end(event + done)))
    cleanUps.push(() => other.kill())
    const pair = await startTestGateway({
      gateway: { keepAliveAfter: '100ms' },
      models: [
        { name: 'm', engine: 'external', addresses: [upstream.url, other.url], routing: { policy: 'roundRobin' } },
      ],
    })
    cleanUps.push(() => pair.close())
    await untilReady(pair, 2)
    for (let count = 0; count < 2; count += 1) {
      const text = (await pair.ask(chat, streaming)).body.toString()
      expect(text.replaceAll(comment, '')).toBe(event + done)
    }
    expect(upstream.received.length).toBe(1)
    await untilIdle(gateway)
  })

  it('is understood by the official client, before and after its failure', async () => {
    const { gateway, upstream } = await start(
      later(
        250,
        answerEvents((response) => response.end(event + done)),
      ),
    )
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const read = async () => {
      const words: string[] = []
      const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true })
      for await (const part of stream) words.push(part.choices[0]?.delta.content ?? '')
      return words
    }
    expect(await read()).toEqual(['a'])
    upstream.behave = later(250, (response) => response.destroy())
    await expect(read()).rejects.toThrow('broke off')
  })

  it('frees the engine when the client leaves while it waits', async () => {
    const engine = Promise.withResolvers<ServerResponse>()
    const { gateway, upstream } = await start((response) => engine.resolve(response))
    const controller = new AbortController()
    const reading = fetch(gateway.url + chat, { method: 'POST', body: streaming, signal: controller.signal })
    await engine.promise
    expect((await reading).status).toBe(200)
    controller.abort()
    await until('the engine sees the end', () => upstream.received[0]?.isAborted === true)
    await untilIdle(gateway)
  })
})

describe('a request that does not stream', () => {
  it('waits silently to its deadline, and is then told when to come again', async () => {
    const { gateway } = await start(() => {}, { model: { deadlines: { total: '400ms' } } })
    const answer = await gateway.ask(chat, '{"model":"m"}')
    expect([answer.status, answer.headers['retry-after']]).toEqual([504, '2'])
    expect(answer.body.toString()).toContain('"code":"deadline_total"')
    await untilIdle(gateway)
  })
})

describe('x-request-timeout', () => {
  it.each([
    ['0.3', 504],
    ['300ms', 504],
    ['0.3s', 504],
    ['soon', 400],
    ['0', 400],
    ['-1', 400],
  ])('%s: the client bounds its own request', async (value, status) => {
    const { gateway, upstream } = await start(() => {})
    const begun = performance.now()
    const answer = await gateway.ask(chat, '{"model":"m"}', { headers: { 'x-request-timeout': value } })
    expect(answer.status).toBe(status)
    expect(performance.now() - begun).toBeLessThan(10_000)
    expect(upstream.received.length).toBe(status === 504 ? 1 : 0)
    await until('the engine is free', () => upstream.openAnswers() === 0)
  })

  it('does not lengthen what the Fleet allows', async () => {
    const { gateway } = await start(() => {}, { model: { deadlines: { total: '300ms' } } })
    const answer = await gateway.ask(chat, '{"model":"m"}', { headers: { 'x-request-timeout': '100' } })
    expect(answer.body.toString()).toContain('deadline_total')
  })
})
