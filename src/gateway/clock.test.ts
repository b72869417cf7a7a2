import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady } from './testing/harness.ts'
import { startUpstream } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const event = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
const hourMs = 3_600_000

afterEach(() => void vi.useRealTimers())

/** An engine whose answers are given by hand. */
async function stage() {
  const answers: ServerResponse[] = []
  const upstream = await startUpstream((response) => void answers.push(response))
  const gateway = await startTestGateway({
    gateway: { health: { interval: '50ms' } },
    models: [{ name: 'm', engine: 'external', addresses: [upstream.url], maxInFlight: 2 }],
  })
  await untilReady(gateway, 1)
  const close = async () => {
    await gateway.close()
    await upstream.kill()
  }
  return { answers, gateway, close }
}

// proves Q6 (simulated)
describe('the time of day that jumps', () => {
  it.each([
    ['forward', hourMs],
    ['back', -hourMs],
  ])('%s by an hour ends nothing, neither what waits nor what runs, and no later deadline', async (_title, jumpMs) => {
    const { answers, gateway, close } = await stage()
    const stream = httpRequest(gateway.url + chat, { agent: false, method: 'POST' })
    stream.end('{"model":"m","stream":true}')
    await until('the engine has the stream', () => answers.length === 1)
    answers[0]?.writeHead(200, { 'content-type': 'text/event-stream' }).write(event)
    const [response] = (await once(stream, 'response')) as [IncomingMessage]
    let text = ''
    response.on('data', (data) => (text += String(data)))
    await until('the stream has begun', () => text === event)
    const whole = gateway.ask(chat, '{"model":"m"}')
    await until('the engine has the other', () => answers.length === 2)
    const waiting = gateway.ask(chat, '{"model":"m"}')
    await until('one waits', async () => (await gateway.load()).queues[0]?.length === 1)

    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + jumpMs)
    // Time for every clock that looks: probes, the wheel of deadlines, the queue, the check of connections.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect((await gateway.load()).replicas[0]).toMatchObject({ ready: true, inFlight: 2 })
    expect((await gateway.load()).queues[0]?.length).toBe(1)
    const late = await gateway.ask(chat, '{"model":"m"}', { headers: { 'x-request-timeout': '0.3' } })
    expect(late.status).toBe(503)

    answers[1]?.end('{}')
    await until('who waited has its turn', () => answers.length === 3)
    answers[2]?.end('{}')
    answers[0]?.end(`${event}data: [DONE]\n\n`)
    await once(response, 'end')
    expect(text).toBe(`${event}${event}data: [DONE]\n\n`)
    expect([(await whole).status, (await waiting).status]).toEqual([200, 200])
    await untilIdle(gateway)
    const records = gateway.log.filter(({ msg }) => msg === 'request')
    expect(records.map(({ reason }) => reason).toSorted()).toEqual(['', '', '', 'queue_timeout'])
    for (const { durationMs } of records) {
      expect(durationMs).toBeGreaterThan(0)
      expect(durationMs).toBeLessThan(hourMs / 2)
    }
    const metrics = await gateway.metrics()
    const waited = /^fairlead_queue_wait_seconds_sum\{.*\} (\S+)$/m.exec(metrics)?.[1]
    expect(Number(waited)).toBeLessThan(hourMs / 2_000)
    await close()
  })
})
