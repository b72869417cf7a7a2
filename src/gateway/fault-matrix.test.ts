import { request as httpRequest, type ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawConnection, startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { startRawEngine, type RawEngine, type SocketScript } from './testing/raw-engine.ts'

const event = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
/** As of an engine that answers in HTTP/1.0: the stream ends with its connection. */
const closingHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n'
const wholeHead = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'

/** How far an answer has come when somebody dies: what the engine has sent by then, and what the client has seen. */
const phases = {
  'before the head': { sent: '', seen: '', isStream: true },
  'after the head': { sent: streamHead, seen: '', isStream: true },
  'within a whole answer': { sent: wholeHead + chunk('{"half":'), seen: '{"half":', isStream: false },
  'after a closing head': { sent: closingHead, seen: '', isStream: true },
  'within a closing stream': { sent: `${closingHead}${event}data: {"hal`, seen: event, isStream: true },
  'between its events': { sent: closingHead + event, seen: event, isStream: true },
  'within a stream': { sent: streamHead + chunk(`${event}data: {"hal`), seen: event, isStream: true },
} as const
type Phase = keyof typeof phases

/** The ways to die. */
const deaths = {
  FIN: (socket) => void socket.end(),
  RST: (socket) => void socket.resetAndDestroy(),
  hang: () => {},
  garbage: (socket) => void socket.write('\u0000SSH-2.0-nonsense\r\n\r\n'),
  'status 500': (socket) => void socket.end('HTTP/1.1 500 No\r\ncontent-length: 6\r\n\r\nsecret'),
  'status 503': (socket) => void socket.end('HTTP/1.1 503 No\r\ncontent-length: 6\r\n\r\nsecret'),
} satisfies Record<string, SocketScript>
type Death = keyof typeof deaths

/** What the client reads to its end; null where it is the client that dies. */
const refused = (status: number, code: string) => new RegExp(`^HTTP/1.1 ${status} [^]*"code":"${code}"\\}\\}$`)
const errorEvent = (code: string) =>
  new RegExp(`^HTTP/1.1 200 [^]*data: \\{"choices"[^]*event: error\\ndata: [^\\n]*"code":"${code}"[^]*0\\r\\n\\r\\n$`)
/** Chunked without its last chunk: a client cannot take it for whole. */
const broken = /^HTTP\/1.1 200 [^]*\{"half":\r\n$/

type Row = readonly [phase: Phase, death: Death, seen: RegExp, reason: string]
const engineDies: readonly Row[] = [
  ['before the head', 'FIN', refused(502, 'upstream_died'), 'upstream_died'],
  ['before the head', 'RST', refused(502, 'upstream_died'), 'upstream_died'],
  ['before the head', 'hang', refused(504, 'deadline_ttft'), 'deadline_ttft'],
  ['before the head', 'garbage', refused(502, 'upstream_died'), 'upstream_died'],
  ['before the head', 'status 500', refused(502, 'upstream_error'), 'upstream_error'],
  ['before the head', 'status 503', refused(502, 'upstream_error'), 'upstream_error'],
  ['after the head', 'FIN', refused(502, 'upstream_died'), 'upstream_died'],
  ['after the head', 'RST', refused(502, 'upstream_died'), 'upstream_died'],
  ['after the head', 'hang', refused(504, 'deadline_ttft'), 'deadline_ttft'],
  ['after the head', 'garbage', refused(502, 'upstream_died'), 'upstream_died'],
  ['within a whole answer', 'FIN', broken, 'upstream_died'],
  ['within a whole answer', 'RST', broken, 'upstream_died'],
  ['within a whole answer', 'hang', broken, 'deadline_idle'],
  ['within a whole answer', 'garbage', broken, 'upstream_died'],
  ['within a stream', 'FIN', errorEvent('upstream_died'), 'upstream_died'],
  ['within a stream', 'RST', errorEvent('upstream_died'), 'upstream_died'],
  ['within a stream', 'hang', errorEvent('deadline_idle'), 'deadline_idle'],
  ['within a stream', 'garbage', errorEvent('upstream_died'), 'upstream_died'],
  ['after a closing head', 'FIN', refused(502, 'upstream_died'), 'upstream_died'],
  ['after a closing head', 'RST', refused(502, 'upstream_died'), 'upstream_died'],
  ['within a closing stream', 'FIN', errorEvent('upstream_died'), 'upstream_died'],
  ['within a closing stream', 'RST', errorEvent('upstream_died'), 'upstream_died'],
  ['within a closing stream', 'hang', errorEvent('deadline_idle'), 'deadline_idle'],
  ['between its events', 'FIN', errorEvent('upstream_died'), 'upstream_died'],
  ['between its events', 'RST', errorEvent('upstream_died'), 'upstream_died'],
]
const clientDies = Object.keys(phases).flatMap((phase) =>
  (['FIN', 'RST', 'garbage'] as const).map((death) => [phase as Phase, death] as const),
)
const bothDie = Object.keys(phases).flatMap((phase) =>
  (['FIN', 'RST'] as const).flatMap((death) =>
    (['the engine', 'the client'] as const).map((first) => [phase as Phase, death, first] as const),
  ),
)

let engine: RawEngine
let gateway: TestGateway
beforeAll(async () => {
  engine = await startRawEngine()
  gateway = await startTestGateway({
    gateway: { health: { interval: '100ms' } },
    models: [
      {
        name: 'm',
        engine: 'external',
        // Whole answers flow through as they come, so that they can break in the middle.
        chat: { reasoningNames: 'as-is' },
        // A second one that never answers: only where there are two is it counted what each has to do.
        addresses: [engine.url, 'http://127.0.0.1:1'],
        routing: { policy: 'prefix' },
        deadlines: { ttft: '400ms', idle: '400ms', total: '9s' },
      },
    ],
  })
  await untilReady(gateway, 1)
})
afterAll(async () => {
  await gateway.close()
  await engine.close()
})

interface Client {
  readonly socket: Socket
  text: string
  isClosed: boolean
}

let asked = 0
/** Asks on a connection of its own and reads by hand. */
async function askByHand(isStream: boolean): Promise<Client> {
  asked += 1
  // No prompt that its replica was sent before, so that it is counted whole as one to compute.
  const messages = [{ role: 'user', content: `${asked} `.repeat(1_000) }]
  const body = JSON.stringify({ model: 'm', stream: isStream, messages })
  const socket = await rawConnection(gateway.address.port)
  const client: Client = { socket, text: '', isClosed: false }
  socket.on('data', (data) => (client.text += data.toString()))
  socket.on('close', () => (client.isClosed = true))
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  return client
}

/** Brings a request to a phase: the client has read all that it is to see until then. */
async function bring(
  phase: Phase,
  then: SocketScript,
): Promise<{ readonly client: Client; readonly sockets: Socket[] }> {
  const { sent, seen, isStream } = phases[phase]
  const sockets: Socket[] = []
  engine.script = (socket) => {
    sockets.push(socket)
    if (sent !== '') socket.write(sent)
    if (seen === '') setImmediate(() => then(socket))
  }
  engine.requests = 0
  gateway.log.length = 0
  const client = await askByHand(isStream)
  await until('the engine has the request', () => engine.requests > 0)
  if (seen !== '') {
    await until('the client has the beginning', () => client.text.includes(seen))
    for (const socket of sockets) then(socket)
  }
  return { client, sockets }
}

const records = () => gateway.log.filter(({ msg }) => msg === 'request')
/** The one line of the access log. */
async function recordOfRequest(): Promise<Record<string, unknown>> {
  await until('the request is logged', () => records().length > 0)
  expect(records()).toHaveLength(1)
  return records()[0] ?? {}
}

/** After any fault: nothing is counted as running, no connection stays behind, and the next request is answered. */
async function expectNothingLeft(): Promise<void> {
  await untilIdle(gateway)
  await until('the engine is free', () => engine.openSockets() === 0)
  expect(gateway.log.filter(({ msg }) => msg === 'a request failed inside the gateway')).toEqual([])
  engine.script = (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
  await untilReady(gateway, 1)
  expect((await gateway.ask('/v1/chat/completions', '{"model":"m"}')).status).toBe(200)
  await untilIdle(gateway)
}

// proves C7, Q6, Q7 (simulated)
describe('an engine that dies', () => {
  it.each(engineDies)('%s by %s: the client is told', async (phase, death, seen, reason) => {
    const { client } = await bring(phase, deaths[death])
    await until('the client has the end', () => client.isClosed)
    expect(client.text).toMatch(seen)
    expect(client.text).not.toMatch(/\[DONE\]|secret/)
    expect(await recordOfRequest()).toMatchObject({ reason })
    await expectNothingLeft()
  })
})

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}'
const wholeQuestion = '{"model":"m"}'

/** Two replicas, of which the first is asked, and what it does with a request for an answer in one piece. */
async function bringToSilence(workers: number, sent: string) {
  const [first, second] = [await startRawEngine(), await startRawEngine()]
  const sockets: Socket[] = []
  const script: SocketScript = (socket) => {
    sockets.push(socket)
    if (sent !== '') socket.write(sent)
  }
  const fleet = {
    gateway: { health: { interval: '50ms', timeout: '200ms' } },
    models: [
      {
        name: 'm',
        engine: 'external',
        addresses: [first.url, second.url],
        deadlines: { ttft: '1500ms', total: '25s' },
      },
    ],
  }
  const gateway = await startTestGateway(fleet, { workers })
  await untilReady(gateway, 2)
  first.script = script
  second.script = script
  const asked = gateway.ask('/v1/chat/completions', wholeQuestion)
  await until('one has the request', () => sockets.length === 1)
  const [hung, other] = first.requests === 1 ? [first, second] : [second, first]
  other.script = (socket) => void socket.write(answer)
  const close = async () => {
    await gateway.close()
    await Promise.all([first.close(), second.close()])
  }
  return { gateway, hung, other, asked, answer: () => sockets[0]?.write(answer), close }
}

// proves C7, Q6 (simulated)
describe.each([1, 2])('an engine that falls silent under an answer in one piece, with %i threads', (workers) => {
  it.each(['before the head', 'after the head'] as const)('%s: another one answers', async (phase) => {
    const stage = await bringToSilence(workers, phase === 'after the head' ? wholeHead : '')
    stage.hung.isHung = true
    const { status, body } = await stage.asked
    expect([status, body.toString(), stage.other.requests]).toEqual([200, '{"ok":true}', 1])
    await until('the engine is let go', () => stage.hung.openSockets() === 0)
    await untilIdle(stage.gateway)
    await stage.close()
  })

  it('keeps it for as long as it takes while its probes are answered', async () => {
    const stage = await bringToSilence(workers, '')
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    stage.answer()
    expect((await stage.asked).status).toBe(200)
    expect(stage.other.requests).toBe(0)
    await stage.close()
  })

  it('keeps it where probes are not answered, but a stream goes on', async () => {
    const stage = await bringToSilence(workers, '')
    stage.hung.script = (socket) => {
      socket.write(streamHead)
      const timer = setInterval(() => socket.write(chunk(event)), 50)
      socket.on('close', () => clearInterval(timer))
    }
    stage.other.script = stage.hung.script
    const streams = [0, 1].map(() => gatewayStream(stage.gateway))
    await until('it has one', () => stage.hung.requests === 2)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    stage.hung.isHung = true
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    stage.answer()
    expect((await stage.asked).status).toBe(200)
    for (const stream of streams) stream.destroy()
    await stage.close()
  })

  it('keeps it where no other one can be asked, since it may answer after all', async () => {
    const stage = await bringToSilence(workers, '')
    await stage.other.close()
    stage.hung.isHung = true
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    stage.answer()
    expect((await stage.asked).status).toBe(200)
    await stage.close()
  })
})

/** Asks for a stream and reads it. */
function gatewayStream(gateway: TestGateway): ClientRequest {
  const request = httpRequest(`${gateway.url}/v1/chat/completions`, { agent: false, method: 'POST' })
  request.on('error', () => {})
  request.on('response', (response) => response.resume().on('error', () => {}))
  return request.end('{"model":"m","stream":true}')
}

/** Asks for a stream that ends with its connection, and comes in so many pieces. */
async function askFor(stream: string, pieces: number): Promise<{ readonly text: string; readonly reason: unknown }> {
  engine.script = (socket) => {
    const bytes = closingHead + stream
    const length = Math.ceil(bytes.length / pieces)
    for (let at = 0; at < bytes.length; at += length) socket.write(bytes.slice(at, at + length))
    socket.end()
  }
  gateway.log.length = 0
  const { body } = await gateway.ask('/v1/chat/completions', '{"model":"m","stream":true}')
  return { text: body.toString(), reason: (await recordOfRequest())['reason'] }
}

// proves C7 (simulated)
describe('a stream that ends with its connection', () => {
  const streams = {
    LF: `${event}data: [DONE]\n\n`,
    CRLF: `${event}data: [DONE]\n\n`.replaceAll('\n', '\r\n'),
    'no last line end': `${event}data: [DONE]`,
    'no blank behind the colon': `${event}data:[DONE]\n\n`,
    'no event but the last': 'data: [DONE]\n\n',
  } as const

  it.each(Object.entries(streams))('is whole where [DONE] came, with %s', async (_name, stream) => {
    for (const pieces of [1, stream.length]) {
      const { text, reason } = await askFor(stream, pieces)
      expect({ text, reason }).toEqual({ text: stream, reason: '' })
    }
    await expectNothingLeft()
  })

  it.each([
    ['in CRLF', event.replaceAll('\n', '\r\n')],
    ['where a word of the model says so', `${event}data: {"choices":[{"delta":{"content":"data: [DONE]`],
    ['where more follows', `${event}data: [DONE]\n\n${event}`],
  ])('is broken off without [DONE] at its end: %s', async (_name, stream) => {
    const { text, reason } = await askFor(stream, 1)
    expect(text).toContain('"code":"upstream_died"')
    expect(reason).toBe('upstream_died')
    expect((await gateway.load()).replicas[0]?.lastError).toBe('closed before [DONE]')
    await expectNothingLeft()
  })

  it('is whole as it came on routes whose streams end otherwise', async () => {
    engine.script = (socket) => void socket.end(closingHead + event)
    const { body } = await gateway.ask('/v1/responses', '{"model":"m","stream":true}')
    expect(body.toString()).toBe(event)
  })
})

describe('an engine whose head is nonsense', () => {
  it.each(['x-odd: a\u0001b', 'content-length: 5, 6', 'connection: close, \u00e9'])(
    '%j: costs its own request at the most',
    async (field) => {
      engine.script = (socket) => void socket.end(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n{}`, 'latin1')
      gateway.log.length = 0
      const answer = await gateway.ask('/v1/chat/completions', '{"model":"m"}')
      expect([200, 500, 502]).toContain(answer.status)
      await untilIdle(gateway)
      gateway.log.length = 0
      await expectNothingLeft()
    },
  )
})

// proves C7, Q7 (simulated)
describe('a client that dies', () => {
  it.each(clientDies)('%s by %s: the engine is freed', async (phase, death) => {
    const { client, sockets } = await bring(phase, () => {})
    const counted = (await gateway.load()).replicas.find(({ inFlight }) => inFlight === 1)
    expect(counted?.tokensInFlight).toBeGreaterThan(0)
    // Of the prompt nothing is left to compute once the answer has begun.
    expect((counted?.pendingPrefillTokens ?? 0) > 0).toBe(phases[phase].seen === '')
    deaths[death](client.socket)
    await until('the engine sees the end', () => sockets.every(({ destroyed }) => destroyed))
    expect(sockets).toHaveLength(1)
    expect(await recordOfRequest()).toMatchObject({ reason: 'client_closed' })
    client.socket.destroy()
    await expectNothingLeft()
  })

  it('within a stream by reading no more: the engine is freed at the idle deadline', async () => {
    const { client, sockets } = await bring('within a stream', (socket) => {
      const more = chunk(event.repeat(2_000))
      const write = () => {
        while (socket.writable && socket.write(more)) continue
        socket.once('drain', write)
      }
      socket.write(chunk('f"}\n\n'))
      write()
    })
    client.socket.pause()
    await until('the engine sees the end', () => sockets.every(({ destroyed }) => destroyed))
    expect(await recordOfRequest()).toMatchObject({ reason: 'client_closed', status: 200 })
    client.socket.destroy()
    await expectNothingLeft()
  })
})

// proves C7, Q7 (simulated)
describe('an engine and a client that die together', () => {
  it.each(bothDie)('%s by %s, %s first: one record, nothing left', async (phase, death, first) => {
    const { client, sockets } = await bring(phase, () => {})
    const pair = [...sockets, client.socket]
    for (const socket of first === 'the engine' ? pair : pair.toReversed()) deaths[death](socket)
    const { reason } = await recordOfRequest()
    expect(['client_closed', 'upstream_died']).toContain(reason)
    await expectNothingLeft()
  })
})
