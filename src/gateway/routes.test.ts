import { once } from 'node:events'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { exchangeRaw, rawConnection, startTestGateway, until, untilReady, type TestGateway } from './testing/harness.ts'
import { answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const completion = {
  id: 'chatcmpl-1',
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, total_tokens: 5, completion_tokens: 2 },
}

let upstream: ProgrammableUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startUpstream()
  gateway = await startTestGateway({
    gateway: { bodyLimit: '64Ki' },
    models: [
      { name: 'small', aliases: ['standard'], engine: 'external', addresses: [upstream.url], context: '4k' },
      { name: 'org/big:1', engine: 'external', addresses: [`${upstream.url}/base`], upstreamModel: 'Big-70B' },
      { name: 'away', engine: 'external', addresses: ['http://127.0.0.1:9'] },
    ],
  })
  await untilReady(gateway, 2)
})
afterEach(() => {
  upstream.behave = answerJson(completion)
  upstream.received.length = 0
})
afterAll(async () => {
  await gateway.close()
  await upstream.kill()
})

const errorOf = (answer: { readonly body: Buffer }) =>
  (JSON.parse(answer.body.toString()) as { error: Record<string, unknown> }).error
const lastReceived = () => {
  const received = upstream.received.at(-1)
  if (received === undefined) throw new Error('the upstream got nothing')
  return received
}

describe('model names', () => {
  it('sends a body on byte for byte when the engine knows the model by that name', async () => {
    const body = '{ "messages":[{"role":"user","content":"a\\u00e9 é"}] ,"model" : "small","x":1e0 }\n'
    expect((await gateway.ask(chat, body)).status).toBe(200)
    expect(lastReceived().body.toString()).toBe(body)
    expect(lastReceived().url).toBe(chat)
  })

  it('splices the engine’s name in for an alias, and touches no other byte', async () => {
    await gateway.ask(chat, '{"a":[1.0, {"model":"standard"}],\n"model"\t:"standard" ,"stream":false}')
    expect(lastReceived().body.toString()).toBe('{"a":[1.0, {"model":"standard"}],\n"model"\t:"small" ,"stream":false}')
  })

  it.each([
    ['/models/org/big:1/v1/chat/completions', '{"model":"small","n":1}', '{"model":"Big-70B","n":1}'],
    ['/models/org%2Fbig%3A1/v1/chat/completions', '{"n":1}', '{"model":"Big-70B","n":1}'],
    ['/models/standard/v1/chat/completions', '{}', '{"model":"small"}'],
  ])('lets the path name the model: %s', async (path, body, sent) => {
    expect((await gateway.ask(path, body)).status).toBe(200)
    expect(lastReceived().body.toString()).toBe(sent)
  })

  it('keeps the base path of an address, the query, and the path that is asked', async () => {
    await gateway.ask('/v1/embeddings?a=1', '{"model":"org/big:1","input":"x"}')
    expect(lastReceived().url).toBe('/base/v1/embeddings?a=1')
    await gateway.ask('/tokenize', '{"model":"small","prompt":"x"}')
    expect(lastReceived().url).toBe('/tokenize')
  })

  it('lists models and aliases, and tells of one', async () => {
    const list = JSON.parse((await gateway.ask('/v1/models')).body.toString()) as {
      object: string
      data: { id: string }[]
    }
    expect(list.object).toBe('list')
    expect(list.data.map(({ id }) => id)).toEqual(['small', 'standard', 'org/big:1', 'away'])
    const one = await gateway.ask('/v1/models/org/big:1')
    expect(JSON.parse(one.body.toString())).toMatchObject({ id: 'org/big:1', object: 'model', owned_by: 'fairlead' })
    const alias = await gateway.ask('/v1/models/standard')
    expect(JSON.parse(alias.body.toString())).toMatchObject({ id: 'standard', root: 'small', max_model_len: 4096 })
    expect((await gateway.ask('/v1/models/none')).status).toBe(404)
    expect((await gateway.ask('/models/small/v1/models')).body.toString()).toContain('"id":"standard"')
  })
})

/** Whether a line of the log tells of bytes that were no request. */
const isTold = ({ status, method }: Record<string, unknown>) => status === 400 && method === ''

// proves C1, D3 (real part)
describe('what is refused', () => {
  it.each([
    ['an unknown model', chat, '{"model":"nope"}', 404, 'model_not_found', 'small, standard, org/big:1, away'],
    ['a missing model', chat, '{"messages":[]}', 400, 'bad_request', 'The field "model" is missing'],
    ['a model that is no string', chat, '{"model":7}', 400, 'bad_request', 'must be a string'],
    ['two models', chat, '{"model":"small","model":"away"}', 400, 'bad_request', 'more than once'],
    ['bad JSON', chat, '{"model":"small",}', 400, 'bad_request', 'at position 17 (line 1, column 18)'],
    ['no JSON object', chat, '[]', 400, 'bad_request', 'must be a JSON object'],
    ['an empty body', chat, '', 400, 'bad_request', 'no body'],
    ['bytes that are no UTF-8', chat, Buffer.from('{"model":"\xff"}', 'latin1'), 400, 'bad_request', 'UTF-8'],
    ['a model that nobody serves now', chat, '{"model":"away"}', 503, 'no_ready_replica', 'none of its 1 replicas'],
    ['a path that is not there', '/v1/nothing', '{}', 404, 'bad_request', 'There is nothing at POST /v1/nothing'],
  ])('%s', async (_title, path, body, status, code, message) => {
    const answer = await gateway.ask(path, body)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    expect(errorOf(answer)).toMatchObject({ code, message: expect.stringContaining(message) as string })
    expect(Object.keys(errorOf(answer)).toSorted()).toEqual(['code', 'message', 'param', 'type'])
    expect(upstream.received).toHaveLength(0)
  })

  it('a wrong method, with the right one', async () => {
    const get = await gateway.ask(chat)
    expect([get.status, get.headers.allow]).toEqual([405, 'POST'])
    const post = await gateway.ask('/v1/models', '{}')
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('says when to come back while no replica is ready', async () => {
    expect((await gateway.ask(chat, '{"model":"away"}')).headers['retry-after']).toBe('2')
  })

  it('a body over the limit: by its declared length before it is sent, by its bytes where none is declared', async () => {
    const large = `{"model":"small","x":"${'x'.repeat(100_000)}"}`
    const declared = await gateway.ask(chat, large)
    expect([declared.status, errorOf(declared)['code']]).toEqual([413, 'body_too_large'])
    const chunked = await gateway.ask(chat, large, { headers: { 'transfer-encoding': 'chunked' } })
    expect([chunked.status, errorOf(chunked)['code']]).toEqual([413, 'body_too_large'])
    const expecting = await exchangeRaw(
      gateway.address.port,
      `POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n`,
    )
    expect(expecting).toMatch(/^HTTP\/1\.1 413 /)
    expect(await gateway.metrics()).toMatch(/^fairlead_gateway_body_too_large_total 3$/m)
    expect(upstream.received).toHaveLength(0)
  })

  it('lets a client go on that waits for 100 Continue', async () => {
    const socket = await rawConnection(gateway.address.port)
    const body = '{"model":"small"}'
    socket.write(`POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`)
    const [interim] = (await once(socket, 'data')) as [Buffer]
    expect(interim.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(body)
    const [final] = (await once(socket, 'data')) as [Buffer]
    expect(final.toString()).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  it.each([
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc', 400],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      400,
    ],
    ['a bad chunk size', `POST ${chat} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['a folded field', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n', 400],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 400],
    ['a flood of fields', `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'x'.repeat(1000)}\r\n`.repeat(40)}\r\n`, 431],
    ['no HTTP', 'hello\r\n\r\n', 400],
  ])('%s, and closes the connection', async (_title, bytes, status) => {
    expect(await exchangeRaw(gateway.address.port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('what is no request, and tells the operator', async () => {
    const before = gateway.log.filter(isTold).length
    const answer = await exchangeRaw(gateway.address.port, '\x16\x03\x01\x02\x00')
    expect(answer).toMatch(/\r\ndate: [^]*GMT\r\n/)
    await until('it is logged', () => gateway.log.filter(isTold).length === before + 1)
    expect(gateway.log.findLast(isTold)).toMatchObject({ reason: 'bad_request', remoteAddress: '127.0.0.1' })
  })
})

describe('what the engine says', () => {
  it('passes on byte for byte, errors of the request included', async () => {
    const body =
      '{"error":{"message":"max_tokens must be at least 1","type":"BadRequestError","param":null,"code":400}}\n'
    upstream.behave = (response) =>
      response.writeHead(400, { 'content-type': 'application/json', 'x-engine': 'e' }).end(body)
    const answer = await gateway.ask(chat, '{"model":"small"}')
    expect([answer.status, answer.body.toString(), answer.headers['x-engine']]).toEqual([400, body, 'e'])
  })

  it('keeps the text of its inner failures in the house', async () => {
    upstream.behave = answerJson({ error: { message: 'Traceback /srv/secret.py' } }, 500)
    const answer = await gateway.ask(chat, '{"model":"small"}')
    expect(answer.status).toBe(502)
    expect(errorOf(answer)).toMatchObject({ code: 'upstream_error', type: 'server_error' })
    expect(answer.body.toString()).not.toContain('secret')
  })

  it('gets the request id and trace, and neither the client’s key nor its framing', async () => {
    await gateway.ask(chat, '{"model":"small"}', {
      headers: {
        authorization: 'Bearer sk-client',
        'x-request-id': 'mine-1',
        traceparent: '00-1-2-01',
        tracestate: 'vendor=a,other=b',
        te: 'trailers',
      },
    })
    const { headers } = lastReceived()
    const trace = { traceparent: '00-1-2-01', tracestate: 'vendor=a,other=b' }
    expect(headers).toMatchObject({ 'x-request-id': 'mine-1', ...trace, 'content-length': '17' })
    for (const field of ['authorization', 'te', 'accept-encoding']) expect(headers[field]).toBeUndefined()
  })
})

describe('/generate', () => {
  it('answers a text with a text, for clients that know no chat', async () => {
    upstream.behave = answerJson(completion)
    const answer = await gateway.ask('/generate', '{"text":"Hi","max_tokens":5,"temperature":0.5}')
    expect(JSON.parse(answer.body.toString())).toEqual({ text: 'Hello', usage: completion.usage, model: 'small' })
    expect(JSON.parse(lastReceived().body.toString())).toEqual({
      model: 'small',
      max_tokens: 5,
      temperature: 0.5,
      messages: [{ role: 'user', content: 'Hi' }],
    })
  })

  it.each([
    ['{"max_tokens":5}', 400, 'text'],
    ['{"text":"a","max_tokens":0}', 400, 'max_tokens'],
    ['{"text":"a","model":"nope"}', 404, 'model'],
  ])('refuses %s', async (body, status, param) => {
    const answer = await gateway.ask('/generate', body)
    expect([answer.status, errorOf(answer)['param']]).toEqual([status, param])
  })

  it('does not pass an answer on that it cannot read', async () => {
    upstream.behave = answerJson({ odd: true })
    const answer = await gateway.ask('/generate', '{"text":"a"}')
    expect([answer.status, errorOf(answer)['code']]).toEqual([502, 'upstream_error'])
    expect((await gateway.load()).replicas.every(({ inFlight }) => inFlight === 0)).toBe(true)
  })
})

// proves C2, E1 (real part)
describe('state', () => {
  it('tells health by model, and answers 200 while some model answers', async () => {
    const health = await gateway.ask('/health')
    expect(health.status).toBe(200)
    expect(JSON.parse(health.body.toString())).toMatchObject({
      status: 'degraded',
      dependencies: { models: { small: { status: 'ok', ready: 1 }, away: { status: 'unhealthy', ready: 0 } } },
    })
    expect((await gateway.ask('/livez')).status).toBe(200)
    expect((await gateway.ask('/readyz')).status).toBe(200)
    expect((await gateway.ask('/livez', undefined, { method: 'HEAD' })).status).toBe(200)
  })

  it('counts requests by model, status and reason, tokens, and the older names', async () => {
    upstream.behave = answerJson(completion)
    await gateway.ask(chat, '{"model":"standard"}')
    const metrics = await gateway.metrics()
    expect(metrics).toMatch(/^fairlead_gateway_requests_total\{model="small",code="200",reason=""\} [1-9]/m)
    expect(metrics).toMatch(/^fairlead_gateway_requests_total\{model="unknown",code="404",reason="model_not_found"\} /m)
    expect(metrics).toMatch(/^fairlead_gateway_output_tokens_total\{model="small"\} [1-9]/m)
    expect(metrics).toMatch(/^llm_requests_total\{model="small",status="success"\} [1-9]/m)
    expect(metrics).toMatch(/^llm_model_loaded\{model="away"\} 0$/m)
    expect(metrics).toMatch(/^fairlead_gateway_replica_ready\{model="small",replica="small-0"\} 1$/m)
    expect((await gateway.ask('/metrics')).body.toString()).toContain('fairlead_build_info')
  })

  it('logs each request once, with its id and end, and nothing of what was said', async () => {
    gateway.log.length = 0
    await gateway.ask(`${chat}?secret=1`, '{"model":"small","messages":[{"content":"private"}]}', {
      headers: { 'x-request-id': 'log-1', authorization: 'Bearer sk-private' },
    })
    const lines = gateway.log.filter(({ msg }) => msg === 'request')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ requestId: 'log-1', path: chat, status: 200, model: 'small', replica: 'small-0' })
    expect(JSON.stringify(gateway.log)).not.toMatch(/private|secret/)
  })
})

// proves D1 (real part)
describe('API keys', () => {
  let folder: string
  let locked: TestGateway
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-keys-'))
    await writeFile(join(folder, 'keys'), 'alice sk-alice-0123456789abcdef\n')
    await writeFile(join(folder, 'upstream'), 'sk-upstream-0123456789')
    const external = { engine: 'external', addresses: [upstream.url] }
    locked = await startTestGateway(
      {
        access: {
          keysFile: 'keys',
          keys: [
            { name: 'scraper', value: { env: 'SCRAPER' }, scopes: ['metrics'] },
            { name: 'bob', value: { env: 'BOB' }, models: ['small'] },
          ],
        },
        models: [
          { name: 'small', ...external, apiKey: { file: 'upstream' } },
          { name: 'other', ...external },
        ],
      },
      {
        fleetFile: join(folder, 'fleet.yaml'),
        environment: { SCRAPER: 'sk-scraper-0123456789', BOB: 'sk-bob-0123456789abcd' },
      },
    )
    await untilReady(locked, 2)
  })
  afterAll(async () => {
    await locked.close()
    await rm(folder, { recursive: true, force: true })
  })
  const alice = { authorization: 'Bearer sk-alice-0123456789abcdef' }
  const bob = { 'x-api-key': 'sk-bob-0123456789abcd' }
  const scraper = { authorization: 'Bearer sk-scraper-0123456789' }

  it.each([
    ['no key', {}, 401],
    ['a wrong key', { authorization: 'Bearer sk-wrong' }, 401],
    ['another scheme', { authorization: 'Basic sk-alice-0123456789abcdef' }, 401],
    ['a key', alice, 200],
    ['a key as Anthropic’s clients send it', { 'x-api-key': 'sk-alice-0123456789abcdef' }, 200],
    ['a key that only opens metrics', scraper, 403],
  ])('are asked for: %s', async (_title, headers, status) => {
    const answer = await locked.ask(chat, '{"model":"small"}', { headers })
    expect(answer.status).toBe(status)
    expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401)
    expect((await locked.ask('/v1/models', undefined, { headers })).status).toBe(status)
  })

  it('may be for some models only', async () => {
    expect((await locked.ask(chat, '{"model":"small"}', { headers: bob })).status).toBe(200)
    const refused = await locked.ask(chat, '{"model":"other"}', { headers: bob })
    expect([refused.status, errorOf(refused)['code']]).toEqual([403, 'permission_denied'])
    expect((await locked.ask('/v1/models', undefined, { headers: bob })).body.toString()).not.toContain('other')
  })

  it('guard the metrics of the main listener, and neither health nor the admin listener', async () => {
    expect((await locked.ask('/metrics')).status).toBe(401)
    expect((await locked.ask('/metrics', undefined, { headers: scraper })).status).toBe(200)
    expect((await locked.ask('/health')).status).toBe(200)
    expect(await locked.metrics()).toContain('fairlead_build_info')
  })

  it('stay here: the engine gets the key that the Fleet has for it', async () => {
    await locked.ask(chat, '{"model":"small"}', { headers: { ...alice, cookie: 'c' } })
    expect(lastReceived().headers).toMatchObject({ authorization: 'Bearer sk-upstream-0123456789' })
    expect(JSON.stringify(lastReceived().headers)).not.toContain('alice')
    expect(locked.log.find(({ client }) => client === 'alice')).toBeDefined()
    expect(JSON.stringify(locked.log)).not.toContain('sk-')
  })
})
