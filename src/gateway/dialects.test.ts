import OpenAI, { APIError, BadRequestError } from 'openai'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimulated, type SimulatedServer } from '../engine-servers/serving/testing/index.ts'
import { EventReader } from './data-plane/server-sent-events.ts'
import { messagesTranslation, responsesTranslation } from './dialects/index.ts'
import { chunk, ending, readEvents, withoutIdentifiers } from './dialects/testing/index.ts'
import { startTestGateway, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { answerEvents, answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const counted = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))
const json = (body: Buffer) => JSON.parse(body.toString()) as Record<string, unknown>

describe('an engine without the dialects', () => {
  let engine: SimulatedServer
  let gateway: TestGateway
  let client: OpenAI
  beforeAll(async () => {
    engine = await startSimulated()
    gateway = await startTestGateway({
      models: [
        { name: 'm', aliases: ['claude-like'], engine: 'external', addresses: [engine.url], upstreamModel: 'smol' },
      ],
    })
    await untilReady(gateway, 1)
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
  })
  afterAll(async () => {
    await gateway.close()
    await engine.close()
  })

  // proves C1 (simulated)
  it('answers OpenAI’s official client, whole and streamed alike', async () => {
    const question = { model: 'm', instructions: 'Be short.', input: 'Where does the river go?', max_output_tokens: 12 }
    const whole = await client.responses.create(question)
    expect(whole).toMatchObject({ object: 'response', status: 'incomplete', usage: { output_tokens: 12 } })
    expect(whole.output_text).not.toBe('')

    let text = ''
    let usage: OpenAI.Responses.ResponseUsage | undefined
    for await (const event of await client.responses.create({ ...question, stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta
      if (event.type === 'response.incomplete') usage = event.response.usage
    }
    expect(text).toBe(whole.output_text)
    expect(usage).toMatchObject({ input_tokens: whole.usage?.input_tokens, output_tokens: 12 })

    const runner = client.responses.stream(question)
    const final = await runner.finalResponse()
    expect(final.output_text).toBe(whole.output_text)
  })

  // proves C1 (simulated)
  it('answers what Anthropic’s clients send, whole and streamed alike', async () => {
    const question = {
      model: 'claude-like',
      max_tokens: 12,
      messages: [{ role: 'user', content: 'Where does the river go?' }],
    }
    const headers = { 'anthropic-version': '2023-06-01', 'x-api-key': 'none' }
    const whole = await gateway.ask('/v1/messages', JSON.stringify(question), { headers })
    expect(whole.status).toBe(200)
    const told = json(whole.body) as { content: { text: string }[] }
    expect(told).toMatchObject({ type: 'message', stop_reason: 'max_tokens', usage: { output_tokens: 12 } })

    const streamed = await gateway.ask('/v1/messages', JSON.stringify({ ...question, stream: true }), { headers })
    expect(streamed.headers['content-type']).toMatch(/^text\/event-stream/)
    const events = readEvents(streamed.body.toString())
    const text = events.map(({ data }) => (data['delta'] as { text?: string } | undefined)?.text ?? '').join('')
    expect(text).toBe(told.content[0]?.text)
    expect(events.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 12 } })
    expect(events.at(-1)?.event).toBe('message_stop')
  })

  it('counts tokens as many as its answer reports', async () => {
    const question = { model: 'm', messages: [{ role: 'user', content: 'one two three' }], system: 'Be short.' }
    const counted = await gateway.ask('/v1/messages/count_tokens', JSON.stringify(question))
    const answer = await gateway.ask('/v1/messages', JSON.stringify({ ...question, max_tokens: 1 }))
    const { input_tokens: tokens } = json(counted.body)
    expect([counted.status, tokens]).toEqual([
      200,
      (json(answer.body)['usage'] as { input_tokens: number }).input_tokens,
    ])
  })

  it('is told of by its path too', async () => {
    const question = { max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] }
    expect((await gateway.ask('/models/m/v1/messages', JSON.stringify(question))).status).toBe(200)
  })

  it('leaves its refusals readable: in OpenAI’s shape here, in Anthropic’s there', async () => {
    const error = await client.responses
      .create({ model: 'm', input: 'a', temperature: -1 })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadRequestError)
    const tooMuch = { model: 'm', max_tokens: 100_000, messages: [{ role: 'user', content: 'a' }] }
    const answer = await gateway.ask('/v1/messages', JSON.stringify(tooMuch))
    expect([answer.status, json(answer.body)['type']]).toEqual([400, 'error'])
    expect(json(answer.body)['error']).toMatchObject({ type: 'invalid_request_error' })
    const unknown = await gateway.ask('/v1/messages', '{"model":"nope","max_tokens":1,"messages":[]}')
    expect([unknown.status, json(unknown.body)['error']]).toMatchObject([
      404,
      { type: 'not_found_error', code: 'model_not_found' },
    ])
    const method = await gateway.ask('/v1/messages')
    expect([method.status, json(method.body)['type']]).toEqual([405, 'error'])
    await untilIdle(gateway)
  })
})

describe('an engine that is asked', () => {
  let upstream: ProgrammableUpstream
  let gateway: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream()
  })
  beforeEach(async () => {
    upstream.received.length = 0
    gateway = await startTestGateway({ models: [{ name: 'm', engine: 'external', addresses: [upstream.url] }] })
    await untilReady(gateway, 1)
    return () => gateway.close()
  })
  afterAll(() => upstream.kill())
  const paths = () => upstream.received.map(({ url }) => url)
  const question =
    '{ "model":"m", "max_tokens":4,"thinking":{"type":"enabled"},"messages":[{"role":"user","content":"é"}] }'
  const plain = '{"model":"m","max_tokens":4,"messages":[{"role":"user","content":"a"}]}'
  const completion = {
    model: 'm',
    choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }],
    usage: counted,
  }

  it.each(['/v1/messages', '/v1/responses', '/v1/messages/count_tokens'])(
    'gets %s byte for byte when it has it, and so does the client its answer',
    async (path) => {
      const body = '{"type":"message", "odd":1.0}\n'
      upstream.behave = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      const answer = await gateway.ask(`${path}?beta=true`, question, { headers: { 'anthropic-beta': 'x' } })
      expect([answer.status, answer.body.toString()]).toEqual([200, body])
      expect(upstream.received[0]?.body.toString()).toBe(question)
      expect(upstream.received[0]?.headers['anthropic-beta']).toBe('x')
      expect(paths()).toEqual([`${path}?beta=true`])
    },
  )

  it('is asked in other words when it has nothing there, and in these alone from then on', async () => {
    upstream.behave = (response, received, index) => {
      const isOwn = received.url === '/v1/messages'
      answerJson(isOwn ? { detail: 'Not Found' } : completion, isOwn ? 404 : 200)(response, received, index)
    }
    expect((await gateway.ask('/v1/messages', plain)).status).toBe(200)
    expect((await gateway.ask('/v1/messages', plain)).status).toBe(200)
    expect(paths()).toEqual(['/v1/messages', '/v1/chat/completions', '/v1/chat/completions'])
    expect(gateway.log.filter(({ msg }) => msg === 'request').map(({ attempts }) => attempts)).toEqual([1, 1])
    await untilIdle(gateway)
  })

  it('is not judged by a 404 that means the model: both ways say it, nothing is learned', async () => {
    upstream.behave = answerJson({ error: { message: 'The model `m` does not exist.' } }, 404)
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await gateway.ask('/v1/messages', plain)
      expect([answer.status, json(answer.body)['type']]).toEqual([404, 'error'])
    }
    expect(paths()).toEqual(['/v1/messages', '/v1/chat/completions', '/v1/messages', '/v1/chat/completions'])
  })

  it('gets no question that cannot be translated, and the client hears why', async () => {
    upstream.behave = answerJson({ detail: 'Not Found' }, 404)
    const answer = await gateway.ask('/v1/messages', question)
    expect([answer.status, json(answer.body)['error']]).toMatchObject([400, { type: 'invalid_request_error' }])
    expect(paths()).toEqual(['/v1/messages'])
    await untilIdle(gateway)
  })

  it('that dies in the middle of a translated stream leaves an error event, in the shape of the path', async () => {
    upstream.behave = answerEvents((response, { url }) => {
      if (url !== '/v1/chat/completions') return void response.destroy()
      response.write(chunk({ content: 'half' }))
      setImmediate(() => response.destroy())
    })
    const notFound = upstream.behave
    upstream.behave = (response, received, index) => {
      if (received.url === '/v1/chat/completions') notFound(response, received, index)
      else response.writeHead(404).end()
    }
    const streaming = { model: 'm', max_tokens: 4, messages: [{ role: 'user', content: 'a' }], stream: true }
    const messages = await gateway.ask('/v1/messages', JSON.stringify(streaming))
    const last = readEvents(messages.body.toString()).at(-1)
    expect(last).toMatchObject({ event: 'error', data: { type: 'error', error: { code: 'upstream_died' } } })

    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const read = async () => {
      let text = ''
      for await (const event of await client.responses.create({ model: 'm', input: 'a', stream: true })) {
        if (event.type === 'response.output_text.delta') text += event.delta
      }
      return text
    }
    await expect(read()).rejects.toThrow(APIError)
    await untilIdle(gateway)
  })

  it('that fails inside a stream does not tell its insides', async () => {
    upstream.behave = (response, received, index) => {
      if (received.url !== '/v1/chat/completions') response.writeHead(404).end()
      else {
        answerEvents((events) => {
          events.end(`${chunk({ content: 'a' })}data: {"error":{"message":"Traceback /srv/secret.py"}}\n\n`)
        })(response, received, index)
      }
    }
    const streaming = { model: 'm', max_tokens: 4, messages: [{ role: 'user', content: 'a' }], stream: true }
    const answer = (await gateway.ask('/v1/messages', JSON.stringify(streaming))).body.toString()
    expect(answer).not.toContain('secret')
    expect(readEvents(answer).at(-1)).toMatchObject({ event: 'error', data: { error: { code: 'upstream_error' } } })
  })

  it('that dies in the middle of its own stream leaves an error in Anthropic’s shape', async () => {
    upstream.behave = answerEvents((response) => {
      response.write('event: message_start\ndata: {"type":"message_start"}\n\nevent: content_bl')
      setImmediate(() => response.destroy())
    })
    const answer = await gateway.ask('/v1/messages', question)
    expect(readEvents(answer.body.toString()).map(({ event }) => event)).toEqual(['message_start', 'error'])
    expect(readEvents(answer.body.toString()).at(-1)?.data).toMatchObject({
      type: 'error',
      error: { type: 'api_error' },
    })
  })
})

describe('a translated stream', () => {
  let upstream: ProgrammableUpstream
  let gateway: TestGateway
  beforeAll(async () => {
    upstream = await startUpstream()
    gateway = await startTestGateway({ models: [{ name: 'm', engine: 'external', addresses: [upstream.url] }] })
    await untilReady(gateway, 1)
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.kill()
  })
  const lines =
    ': comment\n\n' +
    chunk({ role: 'assistant', content: '' }) +
    chunk({ reasoning: 'Hm…' }) +
    chunk({ content: 'é😀' }) +
    chunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'f', arguments: '{"a":"\u2028"}' } }] }) +
    chunk({}, { finish_reason: 'tool_calls' }) +
    ending(counted)
  const questions = {
    '/v1/messages': { model: 'm', max_tokens: 4, messages: [{ role: 'user', content: 'a' }], stream: true },
    '/v1/responses': { model: 'm', input: 'a', stream: true },
  }
  /** Lets the engine write these pieces, one in each turn of the loop. */
  const write = (pieces: readonly Buffer[]) => {
    const events = answerEvents(async (response) => {
      for (const piece of pieces) {
        response.write(piece)
        await turnOfLoop()
      }
      response.end()
    })
    upstream.behave = (response, received, index) => {
      if (received.url === '/v1/chat/completions') events(response, received, index)
      else response.writeHead(404).end()
    }
  }
  const ask = async (path: keyof typeof questions) =>
    withoutIdentifiers((await gateway.ask(path, JSON.stringify(questions[path]))).body.toString())

  const dialects = [
    ['/v1/messages', messagesTranslation],
    ['/v1/responses', responsesTranslation],
  ] as const

  it.each(dialects)(
    'of %s says the same however the engine cuts it, at every byte, with either line end, without the last one',
    async (path, translation) => {
      write([Buffer.from(lines)])
      const expected = await ask(path)
      expect(readEvents(expected).at(-1)?.event).toMatch(/^(message_stop|response\.completed)$/)
      const question = translation.question(Buffer.from(JSON.stringify(questions[path])))
      const crlf = lines.replaceAll('\n', '\r\n')
      const returns = lines.replaceAll('\n', '\r')
      for (const text of [lines, crlf, returns, lines.trimEnd(), lines.replace('data: [DONE]\n\n', '')]) {
        const bytes = Buffer.from(text)
        for (let at = 1; at < bytes.length; at += 1) {
          const reader = new EventReader()
          const answer = question.answer()
          let told = ''
          const take = (data: string) => void (told += answer.event?.(data) ?? '')
          reader.take(bytes.subarray(0, at), take)
          reader.take(bytes.subarray(at), take)
          reader.end(take)
          told += answer.endOfEvents?.() ?? ''
          expect(withoutIdentifiers(told), `cut at ${at}`).toBe(expected)
        }
      }
    },
  )

  it('says the same when it is cut in many places at once', async () => {
    write([Buffer.from(lines)])
    const expected = await ask('/v1/messages')
    const bytes = Buffer.from(lines)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        write(places.slice(1).map((end, index) => bytes.subarray(places[index], end)))
        expect(await ask('/v1/messages')).toBe(expected)
      }),
      { numRuns: 40 },
    )
  })
})
