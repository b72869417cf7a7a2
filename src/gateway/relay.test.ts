import { once } from 'node:events'
import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import * as fc from 'fast-check'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  ask,
  rawConnection,
  startTestGateway,
  until,
  untilIdle,
  untilReady,
  type TestGateway,
} from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const chat = '/v1/chat/completions'
/** Asks for usage, so that the engine gets these very bytes. */
const streaming = '{"model":"m","stream":true,"stream_options":{"include_usage":true}}'
const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`
const usageEvent = 'data: {"choices":[],"usage":{"prompt_tokens":3,"total_tokens":5,"completion_tokens":2}}\n\n'
const done = 'data: [DONE]\n\n'

let upstream: ProgrammableUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startTestGateway({ models: [{ name: 'm', engine: 'external', addresses: [upstream.url] }] })
  await untilReady(gateway, 1)
})
afterEach(async () => {
  upstream.received.length = 0
  gateway.log.length = 0
  await untilIdle(gateway)
})
afterAll(async () => {
  await gateway.close()
  await upstream.kill()
})

/** A request whose answer is read by hand. */
function open(body: string): ClientRequest {
  const request = httpRequest(gateway.url + chat, { agent: false, method: 'POST' })
  request.on('error', () => {})
  request.end(body)
  return request
}
const field = (name: string) => `--b\r\nContent-Disposition: form-data; name=${name}\r\n\r\n`
/** A form whose file is still being sent. */
function openForm(): ClientRequest {
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  const request = httpRequest(`${gateway.url}/v1/audio/transcriptions`, { agent: false, method: 'POST', headers })
  request.on('error', () => {})
  request.write(`${field('"model"')}m\r\n${field('"file"; filename="a.wav"')}${'x'.repeat(100_000)}`)
  return request
}
/** An engine that reads the first bytes of a question, and no more. */
async function startHeldEngine() {
  const held: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      if (data.toString('latin1').startsWith('GET')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
      else if (held.includes(socket)) return
      else {
        held.push(socket)
        socket.pause()
        socket.on('close', () => held.splice(held.indexOf(socket), 1))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, held, close }
}
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))

/** Waits until a client's leaving has reached the engine, every count and the log. */
const left = async () => {
  await until('the engine sees it', () => upstream.received[0]?.isAborted === true)
  await untilIdle(gateway)
  await until('it is logged', () => gateway.log.some(({ reason }) => reason === 'client_closed'))
  return gateway.log.find(({ reason }) => reason === 'client_closed')
}

describe('an event stream', () => {
  it('arrives byte for byte however the engine cuts it: at every place, in multibyte characters, without a last newline', async () => {
    const streams = [
      `${chunk('é😀')}${usageEvent}${done}`,
      `${chunk('a').replaceAll('\n', '\r\n')}data: [DONE]\r\n\r\n`,
      `: comment\n\nevent: x\ndata: 1\ndata: 2\n\ndata: [DONE]`,
    ]
    for (const text of streams) {
      const bytes = Buffer.from(text)
      upstream.behave = answerEvents(async (response, { headers }) => {
        const at = Number(headers['x-cut'])
        response.write(bytes.subarray(0, at))
        await turnOfLoop()
        response.end(bytes.subarray(at))
      })
      for (let at = 1; at < bytes.length; at += 1) {
        const answer = await gateway.ask(chat, streaming, { headers: { 'x-cut': String(at) } })
        expect(answer.body.equals(bytes), `cut at ${at}`).toBe(true)
      }
    }
    expect(gateway.log.every(({ reason = '' }) => reason === '')).toBe(true)
  })

  it('arrives byte for byte when cut in many places at once', async () => {
    const piece = fc.oneof(fc.constant(chunk('é')), fc.constant('data: x'), fc.constant('\r\n'), fc.constant('\n'))
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
        upstream.behave = answerEvents(async (response) => {
          for (const part of pieces) {
            response.write(part)
            await turnOfLoop()
          }
          response.end()
        })
        const answer = await gateway.ask(chat, streaming)
        expect(answer.body.toString()).toBe(pieces.join(''))
      }),
      { numRuns: 60 },
    )
  })

  it('is passed on event by event, without waiting for more', async () => {
    const engine = Promise.withResolvers<ServerResponse>()
    upstream.behave = answerEvents(engine.resolve)
    const request = open(streaming)
    const stream = await engine.promise
    stream.write(chunk('one'))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    for (const word of ['one', 'two', 'three']) {
      if (word !== 'one') stream.write(chunk(word))
      const [data] = (await once(response, 'data')) as [Buffer]
      expect(data.toString()).toBe(chunk(word))
    }
    request.destroy()
  })

  it('is understood by the official client, which raises for an engine that died instead of taking the rest for an answer', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const read = async () => {
      const words: string[] = []
      const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true })
      for await (const part of stream) words.push(part.choices[0]?.delta.content ?? '')
      return words
    }
    upstream.behave = answerEvents((response) => response.end(`${chunk('a')}${chunk('b')}${done}`))
    expect(await read()).toEqual(['a', 'b'])
    upstream.behave = answerEvents(async (response) => {
      response.write(chunk('a'))
      await turnOfLoop()
      response.destroy()
    })
    await expect(read()).rejects.toThrow('broke off')
  })

  it('ends with an error event and without [DONE] when the engine dies, between events or within one', async () => {
    for (const rest of ['', 'data: {"half']) {
      upstream.behave = answerEvents((response) => {
        response.write(chunk('a') + rest)
        setImmediate(() => response.destroy())
      })
      const answer = await gateway.ask(chat, streaming)
      const text = answer.body.toString()
      expect(text.startsWith(`${chunk('a')}event: error\ndata: {"error":`)).toBe(true)
      expect(text).toContain('"code":"upstream_died"')
      expect(text).not.toContain('[DONE]')
    }
    await until('both are logged', () => gateway.log.filter(({ reason }) => reason === 'upstream_died').length === 2)
  })

  it('counts tokens from its usage, and shows a rate', async () => {
    upstream.behave = answerEvents((response) => response.end(`${chunk('a')}${chunk('b')}${usageEvent}${done}`))
    await gateway.ask(chat, streaming)
    await until('the request is logged', () => gateway.log.some(({ msg }) => msg === 'request'))
    expect(gateway.log.find(({ msg }) => msg === 'request')).toMatchObject({ inputTokens: 3, outputTokens: 2 })
    await until('the rate is shown', async () => ((await gateway.load()).replicas[0]?.tokensPerSecond ?? 0) > 0)
  })
})

describe('an answer as a whole', () => {
  it('arrives byte for byte, in pieces and of any size', async () => {
    const body = Buffer.alloc(3_000_000, '{"é":1}')
    upstream.behave = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      for (let at = 0; at < body.length; at += 70_001) response.write(body.subarray(at, at + 70_001))
      response.end()
    }
    const answer = await gateway.ask(chat, '{"model":"m"}')
    expect(answer.body.equals(body)).toBe(true)
  })

  it('is visibly broken, not short, when the engine dies within it', async () => {
    upstream.behave = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
      response.write('{"half":')
      setImmediate(() => response.destroy())
    }
    const answer = await gateway.ask('/v1/completions', '{"model":"m"}')
    expect([answer.status, answer.isBroken]).toEqual([200, true])
  })

  it('may be large on the way in', async () => {
    upstream.behave = answerJson({ ok: true })
    const body = `{"messages":[{"content":"${'é'.repeat(2_000_000)}"}],"model":"m"}`
    await gateway.ask(chat, body)
    expect(upstream.received[0]?.body.equals(Buffer.from(body))).toBe(true)
  })
})

// proves C7, Q7 (stand-in)
describe('a client that leaves', () => {
  it('before the engine answers, frees it', async () => {
    upstream.behave = () => {}
    const request = open(streaming)
    await until('the engine has the request', () => upstream.received[0]?.body.length === streaming.length)
    expect((await gateway.load()).replicas[0]?.inFlight).toBe(1)
    request.destroy()
    expect(await left()).toMatchObject({ status: 499 })
  })

  it('in the middle of a stream, frees it', async () => {
    upstream.behave = answerEvents((response) => response.write(chunk('a')))
    const request = open(streaming)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await once(response, 'data')
    request.destroy()
    expect(await left()).toMatchObject({ status: 200 })
  })

  it('in the middle of a stream, pays for what came until then', async () => {
    // Of a gateway that has learned nothing yet of how long prompts are.
    const fresh = await startTestGateway({ models: [{ name: 'm', engine: 'external', addresses: [upstream.url] }] })
    await untilReady(fresh, 1)
    upstream.behave = answerEvents((response) => response.write(chunk('a') + chunk('b') + chunk('c')))
    const request = httpRequest(fresh.url + chat, { agent: false, method: 'POST' })
    request.on('error', () => {})
    request.end(streaming)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let text = ''
    response.on('data', (data) => (text += String(data)))
    response.on('error', () => {})
    await until('three events are there', () => text.split('\n\n').length > 3)
    request.destroy()
    await until('it is logged', () => fresh.log.some(({ reason }) => reason === 'client_closed'))
    const inputTokens = Math.ceil(streaming.length / 4)
    const paid = { inputTokens, outputTokens: 3, isUsageEstimated: true }
    expect(fresh.log.find(({ reason }) => reason === 'client_closed')).toMatchObject(paid)
    const metrics = await fresh.metrics()
    expect(metrics).toContain(`fairlead_gateway_input_tokens_total{model="m"} ${inputTokens}\n`)
    expect(metrics).toContain('fairlead_gateway_output_tokens_total{model="m"} 3\n')
    await fresh.close()
  })

  it('in the middle of an answer as a whole, frees it', async () => {
    upstream.behave = (response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('half')
    }
    const request = open('{"model":"m"}')
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await once(response, 'data')
    request.destroy()
    expect(await left()).toMatchObject({ bytesOut: 4 })
  })

  it('only closes its sending side, is still gone', async () => {
    upstream.behave = answerEvents((response) => response.write(chunk('a')))
    const socket = await rawConnection(gateway.address.port)
    socket.write(`POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: ${streaming.length}\r\n\r\n${streaming}`)
    await once(socket, 'data')
    socket.end()
    expect(await left()).toMatchObject({ status: 200 })
  })

  it('within its own body, costs no engine anything', async () => {
    const socket = await rawConnection(gateway.address.port)
    socket.write(`POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"model":`)
    await turnOfLoop()
    socket.destroy()
    await until('it is logged', () => gateway.log.some(({ reason }) => reason === 'client_closed'))
    expect(upstream.received).toHaveLength(0)
  })

  interface Phase {
    readonly behave: Behaviour
    readonly waitsFor: 'the engine' | 'a piece'
    readonly isForm?: true
  }
  /** Where an answer stands when its client leaves: what the engine does until then, and what the client waits for. */
  const phases: Record<string, Phase> = {
    'before the head': { behave: () => {}, waitsFor: 'the engine' },
    'before the first event': { behave: answerEvents(() => {}), waitsFor: 'the engine' },
    'within a stream': { behave: answerEvents((response) => response.write(chunk('a'))), waitsFor: 'a piece' },
    'within an answer as a whole': {
      behave: (response) => void response.writeHead(200, { 'content-length': 1000 }).write('half'),
      waitsFor: 'a piece',
    },
    'within a file that it sends': { behave: () => {}, waitsFor: 'the engine', isForm: true },
  }

  /** Leaves once, and tells after how many milliseconds the engine saw it. */
  async function leave({ behave, waitsFor, isForm }: Phase): Promise<number> {
    upstream.received.length = 0
    upstream.behave = behave
    const request = isForm === true ? openForm() : open(streaming)
    if (waitsFor === 'a piece') {
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      await once(response, 'data')
    } else {
      const isThere = () => upstream.received[0]?.body.length === (isForm === true ? 0 : streaming.length)
      await until('the engine has the request', isThere)
    }
    const leftAt = performance.now()
    request.destroy()
    await until('the engine sees it', () => upstream.received[0]?.isAborted === true)
    return (upstream.received[0]?.abortedAt ?? Infinity) - leftAt
  }

  // A busy machine delays one or the other; a gateway that waits for a timer or for the next write delays them all.
  it.each(Object.entries(phases))('%s, frees the engine within 100 ms', async (_name, phase) => {
    const times: number[] = []
    while (times.length < 20) times.push(await leave(phase))
    const [median = Infinity] = times.toSorted((a, b) => a - b).slice(times.length / 2)
    const shown = times.map((time) => time.toFixed(1)).join(', ')
    expect(median, `milliseconds until the engine saw it: ${shown}`).toBeLessThanOrEqual(100)
  })

  it.each(['FIN', 'RST'] as const)('by %s, within a file that the engine does not read, frees it', async (death) => {
    const engine = await startHeldEngine()
    const slow = await startTestGateway({ models: [{ name: 'm', engine: 'external', addresses: [engine.url] }] })
    await untilReady(slow, 1)
    const file = Buffer.alloc(24_000_000, 'x')
    const head = `${field('"model"')}m\r\n${field('"file"; filename="a.wav"')}`
    const times: number[] = []
    while (times.length < 5) {
      slow.log.length = 0
      const socket = await rawConnection(slow.address.port)
      socket.write(
        'POST /v1/audio/transcriptions HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n' +
          `Content-Type: multipart/form-data; boundary=b\r\n\r\n${head}`,
      )
      const sent = Promise.withResolvers<void>()
      socket.write(file, () => sent.resolve())
      await sent.promise
      await until('the engine has some of it', () => engine.held.some(({ bytesRead }) => bytesRead > 0))
      const leftAt = performance.now()
      if (death === 'FIN') socket.end()
      else socket.resetAndDestroy()
      await until('it is seen', () => slow.log.some(({ reason }) => reason === 'client_closed'))
      times.push(performance.now() - leftAt)
      for (const each of engine.held) each.resume()
      await until('the engine is freed', () => engine.held.length === 0)
      await untilIdle(slow)
    }
    const [median = Infinity] = times.toSorted((a, b) => a - b).slice(times.length / 2)
    expect(median, `milliseconds until it was seen: ${times.join(', ')}`).toBeLessThanOrEqual(100)
    await slow.close()
    await engine.close()
  })

  it('leaves every count at zero when hundreds do so in every phase', async () => {
    upstream.behave = (response, _received, index) => {
      if (index % 3 === 0) return
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunk('a'))
      if (index % 3 === 1) response.end(done)
    }
    const requests = Array.from({ length: 300 }, () => open(streaming))
    for (const [index, request] of requests.entries()) {
      if (index % 4 === 0) await turnOfLoop()
      request.destroy()
    }
    await untilIdle(gateway)
    await until('no answer is open at the engine', () => upstream.openAnswers() === 0)
    const [replica] = (await gateway.load()).replicas
    expect(replica).toMatchObject({ inFlight: 0, ready: true })
  })
})

// proves C7 (stand-in)
describe('a client that reads slowly', () => {
  it('makes the engine wait instead of filling memory, and then gets every byte', async () => {
    const piece = Buffer.from(chunk('x'.repeat(16_000)))
    const pieces = 4_000
    let sent = 0
    upstream.behave = answerEvents((response) => {
      const write = () => {
        while (sent < pieces) {
          sent += 1
          if (!response.write(piece)) return void response.once('drain', write)
        }
        response.end()
      }
      write()
    })
    const request = open(streaming)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.pause()
    let before = -1
    await until('the engine stands still', async () => {
      const isStill = sent === before
      before = sent
      if (!isStill) await new Promise((resolve) => setTimeout(resolve, 200))
      return isStill
    })
    // Kernel buffers on both hops hold some megabytes on loopback; the whole is 64 MB.
    expect(sent * piece.length).toBeLessThan(32_000_000)
    let length = 0
    response.on('data', (data: Buffer) => (length += data.length))
    response.resume()
    await once(response, 'end')
    expect(length).toBe(pieces * piece.length)
  })
})

describe('one connection', () => {
  it('serves many requests without gathering listeners or warnings', async () => {
    upstream.behave = answerJson({ ok: true })
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    const socket = await rawConnection(gateway.address.port)
    socket.setEncoding('latin1')
    let text = ''
    socket.on('data', (data) => (text += String(data)))
    const request = `POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: 13\r\n\r\n{"model":"m"}`
    for (let count = 1; count <= 60; count += 1) {
      socket.write(request)
      await until('it is answered', () => text.split('{"ok":true}').length > count)
    }
    socket.destroy()
    await turnOfLoop()
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('may carry requests one behind another before the first is answered', async () => {
    upstream.behave = (response, { body }) => response.end(body)
    const socket = await rawConnection(gateway.address.port)
    const bodies = ['{"model":"m","n":1}', '{"model":"m","n":2}', '{"model":"m","n":3}']
    socket.write(
      bodies
        .map((body) => `POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        .join(''),
    )
    let text = ''
    socket.on('data', (data) => (text += data.toString()))
    await until('all are answered', () => text.includes('"n":3'))
    expect(text.match(/"n":\d/g)).toEqual(['"n":1', '"n":2', '"n":3'])
    socket.destroy()
  })

  it('is asked by its absolute form too', async () => {
    const answer = await ask(gateway.url, undefined, { path: `${gateway.url}/livez` })
    expect(answer.status).toBe(200)
  })
})
