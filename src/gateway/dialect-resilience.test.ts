import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const messages = '/v1/messages'
const question = (isStream: boolean) =>
  JSON.stringify({ model: 'm', max_tokens: 8, stream: isStream, messages: [{ role: 'user', content: 'Hi' }] })
const chunks = [
  'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"}}]}\n\n',
  'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: {"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n',
  'data: [DONE]\n\n',
].join('')
const chatStream = answerEvents((response) => response.end(chunks))
/** An engine that answers chats only. */
const withoutMessages =
  (behave: Behaviour): Behaviour =>
  (response, received, index) =>
    (received.url === messages ? answerJson({ detail: 'Not Found' }, 404) : behave)(response, received, index)
/** Takes a question and never answers. */
const silent: Behaviour = () => {}
const after =
  (milliseconds: number, behave: Behaviour): Behaviour =>
  (response, received, index) =>
    void setTimeout(() => behave(response, received, index), milliseconds)

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})
async function start(
  behaviours: readonly Behaviour[],
  gatewaySettings: object,
): Promise<{ readonly gateway: TestGateway; readonly all: readonly ProgrammableUpstream[] }> {
  const all = await Promise.all(behaviours.map((behave) => startUpstream(behave)))
  for (const upstream of all) cleanUps.push(() => upstream.kill())
  const gateway = await startTestGateway({
    gateway: gatewaySettings,
    models: [{ name: 'm', engine: 'external', addresses: all.map(({ url }) => url) }],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, all.length)
  return { gateway, all }
}

describe('a dialect that is translated', () => {
  it('gets comments before its events, which tell usage as ever', async () => {
    const { gateway } = await start([withoutMessages(after(350, chatStream))], { keepAliveAfter: '100ms' })
    const answer = await gateway.ask(messages, question(true))
    const text = answer.body.toString()
    expect(answer.status).toBe(200)
    expect(text).toMatch(/^(: keep-alive\n\n)+event: message_start\n/)
    expect(text).toContain('"output_tokens":2')
    expect(text).toMatch(/event: message_stop\n[^]*$/)
    await untilIdle(gateway)
  })

  it('gets no comment as a whole', async () => {
    const whole = answerJson({ id: 'c', model: 'm', choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] })
    const { gateway } = await start([withoutMessages(after(350, whole))], { keepAliveAfter: '100ms' })
    const answer = await gateway.ask(messages, question(false))
    expect(JSON.parse(answer.body.toString())).toMatchObject({ type: 'message', content: [{ text: 'Hi' }] })
  })

  it('hears of an engine’s refusal in its own shape, after comments too', async () => {
    const refusal = after(350, answerJson({ error: { message: 'too long', type: 'x', code: 400 } }, 400))
    const { gateway } = await start([withoutMessages(refusal)], { keepAliveAfter: '100ms' })
    const text = (await gateway.ask(messages, question(true))).body.toString()
    const data = /event: error\ndata: (.*)\n\n$/.exec(text)?.[1] ?? '{}'
    expect(JSON.parse(data)).toMatchObject({ type: 'error', error: { message: 'too long' } })
  })

  const begun = chunks.slice(0, chunks.indexOf('\n\n') + 2)
  it.each([
    ['says that it failed', 'data: {"error":{"message":"out of memory"}}\n\n'],
    ['says what nobody understands', 'data: SSH-2.0\n\n'],
  ])('lets go of an engine that %s in the middle, and counts that as a failure', async (_title, event) => {
    const failing = answerEvents((response) => void response.write(begun + event))
    const { gateway, all } = await start([withoutMessages(failing)], {})
    const text = (await gateway.ask(messages, question(true))).body.toString()
    expect(text).toContain('Hello')
    expect(text).toMatch(/event: error\ndata: .*\n\n$/)
    await untilIdle(gateway)
    await until('the engine sees it', () => all[0]?.openAnswers() === 0)
    expect(await gateway.metrics()).toMatch(
      /^fairlead_gateway_requests_total\{model="m",code="200",reason="upstream_error"\} 1$/m,
    )
  })

  it('counts a stream that its engine ends too early as a failure', async () => {
    const { gateway } = await start([withoutMessages(answerEvents((response) => response.end(begun)))], {})
    const text = (await gateway.ask(messages, question(true))).body.toString()
    expect(text).toMatch(/event: error\ndata: .*\n\n$/)
    expect(await gateway.metrics()).toMatch(
      /^fairlead_gateway_requests_total\{model="m",code="200",reason="upstream_died"\} 1$/m,
    )
    await untilIdle(gateway)
  })

  it('spends no retry and ejects nobody for a path that is not there', async () => {
    const settings = { ejection: { failures: 1 }, retry: { attempts: 1, budget: { share: 0, perSecond: 0 } } }
    const { gateway, all } = await start([withoutMessages(chatStream), withoutMessages(chatStream)], settings)
    for (let count = 0; count < 4; count += 1) expect((await gateway.ask(messages, question(true))).status).toBe(200)
    const metrics = await gateway.metrics()
    expect(metrics).not.toMatch(/^fairlead_gateway_(ejections|upstream_retries)_total\S* [1-9]/m)
    // Each is asked in vain once.
    expect(all.map(({ received }) => received.filter(({ url }) => url === messages).length)).toEqual([1, 1])
    await untilIdle(gateway)
  })

  it('is hedged, each try in the words of its engine, and answered once', async () => {
    const settings = { retry: { hedgeAfter: '100ms' } }
    const { gateway, all } = await start([withoutMessages(silent), withoutMessages(chatStream)], settings)
    for (let count = 0; count < 2; count += 1) {
      const text = (await gateway.ask(messages, question(true))).body.toString()
      expect(text.match(/event: message_start/g)).toHaveLength(1)
      expect(text).toContain('Hello')
    }
    expect(all.every(({ received }) => received.length > 0)).toBe(true)
    await untilIdle(gateway)
  })
})
