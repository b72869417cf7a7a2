import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { answerEvents, answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

let upstream: ProgrammableUpstream
let gateway: TestGateway
const external = (name: string, more: object = {}) => ({ name, engine: 'external', addresses: [upstream.url], ...more })
beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startTestGateway({
    gateway: { bodyLimit: '1Mi', passUnknownPaths: true, cors: { origins: ['https://app.example'] } },
    models: [external('m', { aliases: ['whisper-1'] }), external('raw', { chat: { reasoningNames: 'as-is' } })],
  })
  await untilReady(gateway, 2)
})
beforeEach(() => {
  upstream.received.length = 0
  upstream.behave = answerJson({ text: 'Hello' })
  gateway.log.length = 0
})
afterAll(async () => {
  await gateway.close()
  await upstream.kill()
})
const chat = '/v1/chat/completions'
const last = () => upstream.received.at(-1)
const errorOf = (answer: { readonly body: Buffer }) =>
  (JSON.parse(answer.body.toString()) as { error: Record<string, unknown> }).error

const formField = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const chatAnswer = (message: object) => ({ choices: [{ index: 0, message: { content: 'a', ...message } }], usage: {} })
const deltaEvent = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`

describe('routes that only pass', () => {
  it.each(['/v1/rerank', '/v2/rerank', '/rerank', '/v1/score', '/score', '/tokenize', '/detokenize'])(
    '%s',
    async (path) => {
      const answer = await gateway.ask(path, '{"model":"whisper-1","query":"a","documents":["b"]}')
      expect([answer.status, last()?.url, last()?.body.toString()]).toEqual([
        200,
        path,
        '{"model":"m","query":"a","documents":["b"]}',
      ])
    },
  )
})

describe('a form with a file', () => {
  const type = 'multipart/form-data; boundary=b'
  const fileHead = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
  const file = (bytes: number) => `${fileHead}${'\0'.repeat(bytes)}\r\n`
  const transcriptions = '/v1/audio/transcriptions'
  const ask = (form: string, path = transcriptions, headers: Record<string, string> = {}) =>
    gateway.ask(path, Buffer.from(form, 'latin1'), { headers: { 'content-type': type, ...headers } })

  // proves C1 (simulated)
  it('comes from OpenAI’s official client, which puts the file first, and has the engine’s name of the model', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const bytes = Buffer.alloc(200_000, 7)
    const answer = await client.audio.transcriptions.create({ file: new File([bytes], 'a.wav'), model: 'whisper-1' })
    expect(answer.text).toBe('Hello')
    const form = await new Response(last()?.body, {
      headers: { 'content-type': last()?.headers['content-type'] ?? '' },
    }).formData()
    expect(form.get('model')).toBe('m')
    expect(Buffer.from(await (form.get('file') as File).arrayBuffer()).equals(bytes)).toBe(true)
  })

  it.each([
    ['small', 10, {}],
    ['larger than what is searched', 300_000, {}],
    ['of unknown length', 300_000, { 'transfer-encoding': 'chunked' }],
  ])('%s arrives byte for byte but for the name', async (_title, size, headers) => {
    const form = (model: string) => `${formField('model', model)}${formField('language', 'en')}${file(size)}--b--\r\n`
    const answer = await ask(form('whisper-1'), transcriptions, headers as Record<string, string>)
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"text":"Hello"}'])
    expect(last()?.body.toString('latin1') === form('m')).toBe(true)
    expect(last()?.headers['content-type']).toBe(type)
    await ask(form('m'), '/models/whisper-1/v1/audio/translations')
    expect([last()?.url, last()?.body.toString('latin1') === form('m')]).toEqual(['/v1/audio/translations', true])
  })

  it('gets its model from the path when it names none', async () => {
    await ask(`${formField('language', 'en')}--b--\r\n`, `/models/m${transcriptions}`)
    expect(last()?.body.toString()).toBe(
      `--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n${formField('language', 'en')}--b--\r\n`,
    )
  })

  it('is not gathered: the engine reads while the client still sends, and sees a client leave', async () => {
    const request = httpRequest(gateway.url + transcriptions, { method: 'POST', headers: { 'content-type': type } })
    request.on('error', () => {})
    request.write(formField('model', 'm') + file(100_000))
    await until('the engine is asked', () => upstream.received.length === 1)
    expect((await gateway.load()).replicas.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBe(1)
    request.destroy()
    await until('the engine sees it', () => upstream.received[0]?.isAborted === true)
    await untilIdle(gateway)
    await until('it is logged', () => gateway.log.some(({ reason }) => reason === 'client_closed'))
  })

  it.each([
    ['within the wait', 'before'],
    ['after the wait', 'behind'],
  ])('that waits for a replica arrives whole, when it comes to its end %s', async (_title, end) => {
    const fleet = { models: [external('m', { maxInFlight: 1 })] }
    const busy = await startTestGateway(fleet)
    await untilReady(busy, 1)
    const answers: ServerResponse[] = []
    upstream.behave = (response) => void answers.push(response)
    const first = busy.ask(chat, '{"model":"m"}')
    await until('the replica is taken', () => answers.length === 1)
    const form = Buffer.from(`${formField('model', 'm')}${file(300_000)}--b--\r\n`)
    const headers = { 'content-type': type, 'content-length': form.length }
    const request = httpRequest(busy.url + transcriptions, { agent: false, method: 'POST', headers })
    request.write(form.subarray(0, 70_000))
    await until('it waits', async () => (await busy.load()).queues[0]?.length === 1)
    request.write(form.subarray(70_000, 200_000))
    if (end === 'before') request.end(form.subarray(200_000))
    await new Promise((resolve) => setTimeout(resolve, 200))
    answers[0]?.end('{}')
    await first
    if (end === 'behind') request.end(form.subarray(200_000))
    await until('the engine has it', () => answers.length === 2)
    expect(last()?.body.equals(form)).toBe(true)
    answers[1]?.end('{}')
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect(response.resume().statusCode).toBe(200)
    await untilIdle(busy)
    await busy.close()
  })

  it('that turns out too large on its way is refused, and leaves no count', async () => {
    const request = httpRequest(gateway.url + transcriptions, { method: 'POST', headers: { 'content-type': type } })
    request.on('error', () => {})
    request.write(formField('model', 'm') + fileHead)
    for (let piece = 0; piece < 12; piece += 1) request.write(Buffer.alloc(100_000))
    const [response] = (await once(request, 'response')) as [{ statusCode: number }]
    expect(response.statusCode).toBe(413)
    request.destroy()
    await untilIdle(gateway)
  })

  it('that is refused before the engine has read it leaves no count', async () => {
    upstream.behave = answerJson({ error: { message: 'no audio' } }, 400)
    const answer = await ask(`${formField('model', 'm')}${file(300_000)}--b--\r\n`)
    expect(answer.status).toBe(400)
    const unknown = await ask(`${formField('model', 'nope')}${file(300_000)}--b--\r\n`)
    expect([unknown.status, errorOf(unknown)['code']]).toEqual([404, 'model_not_found'])
    await untilIdle(gateway)
  })

  it.each([
    ['JSON', '{"model":"m"}', 'application/json', 415],
    ['a form without an end', formField('model', 'm'), type, 400],
    ['two models', `${formField('model', 'm')}${formField('model', 'raw')}--b--\r\n`, type, 400],
    ['no model', `${file(5)}--b--\r\n`, type, 400],
  ])('is not taken for %s', async (_title, body, contentType, status) => {
    const answer = await ask(body, transcriptions, { 'content-type': contentType })
    expect([answer.status, errorOf(answer)['code'], upstream.received.length]).toEqual([status, 'bad_request', 0])
  })
})

describe('a path that the gateway does not know', () => {
  it('goes to the engine of the model that body, query or path name', async () => {
    await gateway.ask('/v1/moderations', '{ "input":"a","model":"whisper-1" }')
    expect([last()?.url, last()?.body.toString()]).toEqual(['/v1/moderations', '{ "input":"a","model":"m" }'])
    await gateway.ask('/v1/classify?model=whisper-1&x=1', '{"input":"a"}')
    expect([last()?.url, last()?.body.toString()]).toEqual(['/v1/classify?model=m&x=1', '{"input":"a"}'])
    await gateway.ask('/models/m/v1/classify', '{"input":"a"}')
    expect([last()?.url, last()?.body.toString()]).toEqual(['/v1/classify', '{"input":"a"}'])
    const read = await gateway.ask('/v1/responses/resp_1?model=m')
    expect([read.status, read.body.toString()]).toEqual([200, '{}'])
  })

  it.each([
    ['/v1/responses/resp_1?model=whisper-1', '/v1/responses/resp_1?model=m'],
    ['/models/whisper-1/v1/responses/resp_1', '/v1/responses/resp_1'],
  ])('is deleted at the engine: %s', async (path, asked) => {
    upstream.behave = answerJson({ id: 'resp_1', deleted: true })
    const answer = await gateway.ask(path, undefined, { method: 'DELETE' })
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"id":"resp_1","deleted":true}'])
    expect([last()?.method, last()?.url, last()?.body.length]).toEqual(['DELETE', asked, 0])
    await untilIdle(gateway)
  })

  it.each(['PUT', 'PATCH', 'OPTIONS', 'TRACE'])('is not asked with %s, and says with what', async (method) => {
    const answer = await gateway.ask('/v1/responses/resp_1?model=m', undefined, { method })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST, DELETE'])
    expect([errorOf(answer)['code'], upstream.received.length]).toEqual(['bad_request', 0])
  })

  it.each([
    ['/v1/load_lora_adapter', '{"model":"m"}', 404],
    ['/v1/../sleep', '{"model":"m"}', 404],
    ['/v1/%2e%2e/sleep', '{"model":"m"}', 404],
    ['/v1//sleep', '{"model":"m"}', 404],
    ['/sleep', '{"model":"m"}', 404],
    ['/v1/classify', '{"input":"a"}', 400],
    ['/v1/classify?model=nope', '{"input":"a"}', 404],
  ])('is refused: %s', async (path, body, status) => {
    const answer = await gateway.ask('/', body, { path })
    expect([answer.status, upstream.received.length]).toEqual([status, 0])
  })
})

describe('reasoning', () => {
  it('is found under either name, whichever the engine says, and left alone where the Fleet wants it so', async () => {
    upstream.behave = answerJson(chatAnswer({ reasoning: 'Hm é' }))
    const both = await gateway.ask(chat, '{"model":"m"}')
    expect(JSON.parse(both.body.toString())).toEqual(chatAnswer({ reasoning: 'Hm é', reasoning_content: 'Hm é' }))
    const asIs = await gateway.ask(chat, '{"model":"raw"}')
    expect(JSON.parse(asIs.body.toString())).toEqual(chatAnswer({ reasoning: 'Hm é' }))
    upstream.behave = answerJson(chatAnswer({ reasoning: null }))
    const none = await gateway.ask(chat, '{"model":"m"}')
    expect(none.body.toString()).toBe(JSON.stringify(chatAnswer({ reasoning: null })))
  })

  it('is found so in a stream too, however it is cut', async () => {
    const text = deltaEvent({ reasoning_content: 'H"m é' }) + deltaEvent({ content: 'a' }) + 'data: [DONE]\n\n'
    const expected =
      deltaEvent({ reasoning_content: 'H"m é', reasoning: 'H"m é' }) + deltaEvent({ content: 'a' }) + 'data: [DONE]\n\n'
    const bytes = Buffer.from(text)
    upstream.behave = answerEvents(async (response, { headers }) => {
      const at = Number(headers['x-cut'])
      response.write(bytes.subarray(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      response.end(bytes.subarray(at))
    })
    for (let at = 1; at < bytes.length; at += 3) {
      const { body } = await gateway.ask(chat, '{"model":"m","stream":true}', { headers: { 'x-cut': String(at) } })
      expect(body.toString(), `cut at ${at}`).toBe(expected)
    }
  })

  it('of an answer that breaks off is not told in half: the client gets the error instead', async () => {
    upstream.behave = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
      response.write('{"choices":[')
      setImmediate(() => response.destroy())
    }
    const broken = await gateway.ask(chat, '{"model":"m"}')
    expect([broken.status, errorOf(broken)['code']]).toEqual([502, 'upstream_died'])
  })
})

describe('a web page', () => {
  const origin = 'https://app.example'
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }

  it('of an allowed origin may ask, and read the answer', async () => {
    upstream.behave = (response) =>
      response.writeHead(200, { 'access-control-allow-origin': '*', vary: 'Origin' }).end('{}')
    const asked = await gateway.ask(chat, undefined, { method: 'OPTIONS', headers: { origin, ...preflight } })
    expect(asked.status).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': 'GET, POST, DELETE',
    })
    const answer = await gateway.ask(chat, '{"model":"m"}', { headers: { origin } })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, origin])
    expect(answer.headers['access-control-expose-headers']).toContain('x-request-id')
    const refused = await gateway.ask(chat, '{"model":"nope"}', { headers: { origin } })
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([404, origin])
  })

  it('of another origin may not, whatever the engine allows', async () => {
    upstream.behave = (response) => response.writeHead(200, { 'access-control-allow-origin': '*' }).end('{}')
    const headers = { origin: 'https://evil.example' }
    const answer = await gateway.ask(chat, '{"model":"m"}', { headers })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    const asked = await gateway.ask(chat, undefined, { method: 'OPTIONS', headers: { ...headers, ...preflight } })
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([405, undefined])
  })
})
