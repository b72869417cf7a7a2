import { connect } from 'node:net'
import { createServer, request as httpRequest, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayOptions } from './run-gateway.ts'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
  type ReceivedRequest,
} from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** Spaces and a number that JavaScript would round: what is passed on is passed on as it is. */
const params =
  '{ "do_remote_prefill":true, "remote_block_ids":[[1,2]], "remote_engine_id":"e", "big":12345678901234567890 }'
const prefilled: Behaviour = (response) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(`{"choices":[],"usage":{"prompt_tokens":9},"kv_transfer_params":${params}}`)
const event = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n'
const streamed = answerEvents((response) => response.end(`${event}data: [DONE]\n\n`))
const whole = answerJson({
  choices: [{ message: { content: 'hi' } }],
  usage: { prompt_tokens: 9, completion_tokens: 1 },
})
/** Answers as it is asked. */
const answering: Behaviour = (response, received, index) =>
  (fieldsOf(received)['stream'] === true ? streamed : whole)(response, received, index)

const fieldsOf = ({ body }: ReceivedRequest) => JSON.parse(body.toString()) as Record<string, unknown>
const isHandedOver = (received: ReceivedRequest) => 'kv_transfer_params' in fieldsOf(received)

interface Scene {
  readonly prefill: ProgrammableUpstream
  readonly decode: ProgrammableUpstream
  readonly gateway: TestGateway
}

async function startScene(
  settings: { readonly disaggregation?: object; readonly model?: object } = {},
  options: Partial<GatewayOptions> = {},
  others: readonly ProgrammableUpstream[] = [],
  otherDecoders: readonly ProgrammableUpstream[] = [],
): Promise<Scene> {
  const [prefill, decode] = await Promise.all([startUpstream(prefilled), startUpstream(answering)])
  cleanUps.push(
    () => prefill.kill(),
    () => decode.kill(),
  )
  const gateway = await startTestGateway(
    {
      gateway: { health: { interval: '100ms' } },
      models: [
        {
          name: 'm',
          engine: 'external',
          prefill: { addresses: [prefill, ...others].map(({ url }) => url) },
          decode: { addresses: [decode, ...otherDecoders].map(({ url }) => url) },
          routing: { disaggregation: { minPromptTokens: 1, ...settings.disaggregation } },
          ...settings.model,
        },
      ],
    },
    options,
  )
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, 2 + others.length + otherDecoders.length)
  return { prefill, decode, gateway }
}

const prompt = (letter: string, length: number, more: object = {}) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content: letter.repeat(length) }], ...more })
const usage = (cached: number) => ({ prompt_tokens: 99, prompt_tokens_details: { cached_tokens: cached } })

/** Each turn is long, and begins with those before it. */
const conversation = (turns: number): string =>
  JSON.stringify({
    model: 'm',
    messages: Array.from({ length: turns }, (_, turn) => ({ role: 'user', content: String(turn).repeat(900) })),
  })

const question = (more: object = {}) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x'.repeat(600) }], max_tokens: 7, ...more })

async function valueOf(gateway: TestGateway, name: string, reason: string): Promise<number> {
  const line = (await gateway.metrics())
    .split('\n')
    .find((each) => each.startsWith(`fairlead_disaggregation_${name}_total{model="m",reason="${reason}"} `))
  return Number(line?.split(' ').at(-1) ?? 0)
}

/** After anything: nothing is counted as running, no answer stays open, and the next request is served by the pair. */
async function expectNothingLeft({ prefill, decode, gateway }: Scene): Promise<void> {
  await untilIdle(gateway)
  await until('no answer is open', () => prefill.openAnswers() + decode.openAnswers() === 0)
  expect(gateway.log.filter(({ msg }) => msg === 'a request failed inside the gateway')).toEqual([])
}

// proves C5 (real part)
describe('a request by a pair', () => {
  it('is prefilled by one replica and answered by the other, which is told what the first one said byte for byte', async () => {
    const scene = await startScene()
    const { prefill, decode, gateway } = scene
    for (const stream of [true, false]) {
      prefill.received.length = 0
      decode.received.length = 0
      const answer = await gateway.ask(chat, question({ stream }), { headers: { 'x-request-id': 'mine' } })
      expect([answer.status, answer.body.toString().includes('hi')]).toEqual([200, true])
      expect(prefill.received.map(fieldsOf)).toMatchObject([{ model: 'm', max_tokens: 1, stream: false }])
      expect(prefill.received[0]?.body.includes('stream_options')).toBe(false)
      expect(decode.received.map(fieldsOf)).toMatchObject([{ model: 'm', max_tokens: 7, stream }])
      expect(decode.received[0]?.body.toString()).toContain(`"kv_transfer_params":${params}`)
      expect([prefill, decode].map(({ received }) => received[0]?.headers['x-request-id'])).toEqual(['mine', 'mine'])
    }
    expect(await valueOf(gateway, 'requests', '')).toBe(2)
    expect(await gateway.metrics()).toContain('fairlead_disaggregation_prefill_seconds_count{model="m"} 2')
    await expectNothingLeft(scene)
  })

  it('is one where the prompt is long enough, can be split, and is not held by the decode replica', async () => {
    const scene = await startScene({ disaggregation: { minPromptTokens: 150 } }, { workers: 1 })
    const { prefill, decode, gateway } = scene
    decode.behave = answerJson({ choices: [] })
    const rows: readonly (readonly [path: string, body: string, reason: string])[] = [
      [chat, prompt('s', 100), 'short_prompt'],
      [chat, prompt('n', 1_000, { n: 2 }), 'not_splittable'],
      ['/v1/embeddings', JSON.stringify({ model: 'm', input: 'i'.repeat(1_000) }), 'path'],
      [chat, prompt('a', 1_000), ''],
      [chat, prompt('a', 1_000), 'short_prompt'],
    ]
    for (const [path, body, reason] of rows) {
      prefill.received.length = 0
      const before = await valueOf(gateway, 'requests', reason)
      expect((await gateway.ask(path, body)).status).toBe(200)
      expect([reason, await valueOf(gateway, 'requests', reason)]).toEqual([reason, before + 1])
      expect(prefill.received).toHaveLength(reason === '' ? 1 : 0)
    }
    expect(decode.received).toHaveLength(rows.length)
    await expectNothingLeft(scene)
  })

  it('never carries what a client says of transfers, pair or not', async () => {
    const { prefill, decode, gateway } = await startScene()
    const theirs = { kv_transfer_params: { do_remote_prefill: true, remote_host: 'evil' } }
    await gateway.ask(chat, question(theirs))
    await gateway.ask(chat, question({ ...theirs, n: 2 }))
    expect([...prefill.received, ...decode.received].some(({ body }) => body.includes('evil'))).toBe(false)
    expect(decode.received.map(isHandedOver)).toEqual([true, false])
  })

  it('tells the client of the prompt’s tokens that the prefill replica held', async () => {
    const { prefill, decode, gateway } = await startScene()
    prefill.behave = answerJson({ usage: usage(32), kv_transfer_params: { remote_host: 'h' } })
    decode.behave = (response, received, index) => {
      const answer = { choices: [], usage: { completion_tokens: 2, ...usage(100_000) } }
      if (fieldsOf(received)['stream'] !== true) answerJson(answer)(response, received, index)
      else answerEvents((open) => open.end(`${event}data: ${JSON.stringify(answer)}\n\n`))(response, received, index)
    }
    for (const stream of [false, true]) {
      const { body } = await gateway.ask(chat, question({ stream, stream_options: { include_usage: true } }))
      expect(body.toString()).toContain('"cached_tokens":32}')
    }
  })

  it('keeps a prefix on the prefill replica that has it', async () => {
    // Each thread knows what it has sent.
    const other = await startUpstream(prefilled)
    cleanUps.push(() => other.kill())
    const { prefill, gateway } = await startScene({}, { workers: 1 }, [other])
    for (let turns = 1; turns <= 6; turns += 1) expect((await gateway.ask(chat, conversation(turns))).status).toBe(200)
    const counts = [prefill, other].map(({ received }) => received.length)
    expect(counts.toSorted((one, another) => one - another)).toEqual([0, 6])
    await untilIdle(gateway)
  })
})

it('is healthy with both replicas, degraded without the one that prefills, and not without the one that answers', async () => {
  const { prefill, decode, gateway } = await startScene()
  const health = async () => {
    const { status, body } = await gateway.ask('/health')
    return [status, (JSON.parse(body.toString()) as { status: string }).status] as const
  }
  expect(await health()).toEqual([200, 'ok'])
  prefill.isReady = false
  await until('it is degraded', async () => (await health())[1] === 'degraded')
  prefill.isReady = true
  decode.isReady = false
  await until('it is unhealthy', async () => (await health())[0] === 503)
  expect((await gateway.ask(chat, question())).status).toBe(503)
  expect(prefill.received).toHaveLength(0)
})

// proves C5 (real part)
describe('the legs of each transfer', () => {
  it.each(['sharedStorage', 'lmcache'] as const)(
    '%s: one after the other, with nothing to hand over',
    async (transfer) => {
      const scene = await startScene({ disaggregation: { transfer } })
      const { prefill, decode, gateway } = scene
      prefill.behave = (response, received, index) => {
        expect(decode.received).toHaveLength(0)
        answerJson({})(response, received, index)
      }
      expect((await gateway.ask(chat, question())).status).toBe(200)
      expect(fieldsOf(decode.received[0] as ReceivedRequest)).toEqual(JSON.parse(question()))
      await expectNothingLeft(scene)
    },
  )

  it('bootstrap: both at once, in one room', async () => {
    const scene = await startScene({ disaggregation: { transfer: 'bootstrap', bootstrapPort: 8123 } })
    const { prefill, decode, gateway } = scene
    const held: ServerResponse[] = []
    prefill.behave = (response) => void held.push(response)
    const answer = gateway.ask(chat, question({ stream: true }))
    await until(
      'both have it',
      () => prefill.received.length === 1 && decode.received.length === 1 && held.length === 1,
    )
    held[0]?.end('{}')
    expect((await answer).status).toBe(200)
    const rooms = [prefill, decode].map(
      ({ received }) => /"bootstrap_room":(\d+)/.exec(received[0]?.body.toString() ?? '')?.[1],
    )
    expect(rooms[0]).toBe(rooms[1])
    expect(fieldsOf(decode.received[0] as ReceivedRequest)).toMatchObject({
      bootstrap_host: '127.0.0.1',
      bootstrap_port: 8123,
    })
    await expectNothingLeft(scene)
  })

  it('mooncake: both at once, after the bootstrap server has named the engine', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('{"0":{"engine_id":"engine-0"}}')
    })
    const listening = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', listening.resolve)
    await listening.promise
    cleanUps.push(async () => void server.close())
    const { port } = server.address() as { port: number }
    const scene = await startScene({ disaggregation: { transfer: 'mooncake', bootstrapPort: port } })
    const { prefill, decode, gateway } = scene
    for (let count = 0; count < 2; count += 1)
      expect((await gateway.ask(chat, question({ seed: count }))).status).toBe(200)
    expect(asked).toEqual(['/query'])
    const [its, other] = [prefill, decode].map(
      ({ received }) => fieldsOf(received[0] as ReceivedRequest)['kv_transfer_params'],
    )
    expect(other).toMatchObject({ remote_bootstrap_addr: `http://127.0.0.1:${port}`, remote_engine_id: 'engine-0' })
    expect(other).toMatchObject({ transfer_id: (its as { transfer_id: string }).transfer_id })
    await expectNothingLeft(scene)
  })

  it('mooncake: falls back where nobody names the engine', async () => {
    const scene = await startScene({ disaggregation: { transfer: 'mooncake', bootstrapPort: 9 } })
    expect((await scene.gateway.ask(chat, question())).status).toBe(200)
    expect(await valueOf(scene.gateway, 'fallbacks', 'not_acquainted')).toBe(1)
    await expectNothingLeft(scene)
  })

  it('nixlPush: one after the other the first time, at once from then on', async () => {
    const scene = await startScene({ disaggregation: { transfer: 'nixlPush' } })
    const { prefill, decode, gateway } = scene
    const coordinates = { remote_engine_id: 'e', remote_host: 'h', remote_port: 1, tp_size: 1, pp_size: 1 }
    prefill.behave = answerJson({ kv_transfer_params: { ...coordinates, remote_block_ids: [[1]] } })
    expect((await gateway.ask(chat, question({ seed: 1 }))).status).toBe(200)
    expect(fieldsOf(decode.received[0] as ReceivedRequest)['kv_transfer_params']).toEqual({
      ...coordinates,
      remote_block_ids: [[1]],
    })
    const held: ServerResponse[] = []
    prefill.behave = (response) => void held.push(response)
    const answer = gateway.ask(chat, question({ seed: 2 }))
    await until('both have it', () => decode.received.length === 2 && held.length === 1)
    held[0]?.end('{}')
    expect((await answer).status).toBe(200)
    const handed = fieldsOf(decode.received[1] as ReceivedRequest)['kv_transfer_params']
    expect(handed).toMatchObject({ ...coordinates, do_remote_prefill: true })
    expect(handed).not.toHaveProperty('remote_block_ids')
    const ids = [prefill, decode].map(({ received }) => received[1]?.headers['x-request-id'])
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).toMatch(/\.[0-9a-f]{32}$/)
    await expectNothingLeft(scene)
  })
})

/** What may go wrong in the prefill leg. */
const head = { 'content-type': 'application/json' }
const prefillFaults: Readonly<Record<string, readonly [Behaviour, reason: string]>> = {
  'dies before its answer': [(response) => response.destroy(), 'prefill_died'],
  'dies within its answer': [
    (response) => {
      response.writeHead(200, { ...head, 'content-length': 100 })
      response.write('{"half":', () => response.destroy())
    },
    'prefill_died',
  ],
  hangs: [() => {}, 'prefill_timeout'],
  'hangs within its answer': [(response) => void response.writeHead(200, head).write('{"half":'), 'prefill_timeout'],
  'answers 500': [answerJson({ error: {} }, 500), 'prefill_status'],
  'answers 400': [answerJson({ error: {} }, 400), 'prefill_status'],
  'is busy': [answerJson({ error: {} }, 503), 'prefill_status'],
  'answers without parameters': [answerJson({ choices: [], kv_transfer_params: null }), 'no_params'],
  'answers nonsense': [(response) => void response.writeHead(200, head).end('SSH-2.0'), 'no_params'],
  'answers without end': [
    (response) => {
      const piece = 'x'.repeat(64 * 1024)
      const write = (): void => void (!response.destroyed && response.write(piece, write))
      response.writeHead(200, head)
      write()
    },
    'prefill_answer',
  ],
}
/** What may go wrong in the decode leg, for as long as it is told of a transfer. */
const decodeFaults: Readonly<Record<string, Behaviour>> = {
  'answers 500': answerJson({ error: { message: 'Internal server error', code: 500 } }, 500),
  'answers 400': answerJson({ error: { message: 'unknown engine', code: 400 } }, 400),
  'says so within its stream': answerEvents((response) =>
    response.end('data: {"error":{"message":"KV load failed","code":500}}\n\ndata: [DONE]\n\n'),
  ),
}
const short = { ttft: '800ms', idle: '5s', total: '20s' }

// proves C5 (real part)
describe.each([true, false])('where a leg fails, asked for a stream: %s', (stream) => {
  it.each(Object.entries(prefillFaults))(
    'a prefill replica that %s costs no answer',
    async (_name, [fault, reason]) => {
      const scene = await startScene({ model: { deadlines: stream ? short : { ...short, total: '1600ms' } } })
      const { prefill, decode, gateway } = scene
      prefill.behave = fault
      const answer = await gateway.ask(chat, question({ stream }))
      expect([answer.status, answer.body.toString().includes('hi'), answer.isBroken]).toEqual([200, true, false])
      expect(decode.received.map(isHandedOver)).toEqual([false])
      expect(fieldsOf(decode.received[0] as ReceivedRequest)).toMatchObject({ max_tokens: 7, stream })
      expect(await valueOf(gateway, 'fallbacks', reason)).toBe(1)
      prefill.behave = prefilled
      await expectNothingLeft(scene)
    },
  )

  it('a prefill replica that is gone costs no answer, and no try once that is known', async () => {
    const scene = await startScene()
    const { prefill, decode, gateway } = scene
    await prefill.kill()
    const ask = (letter: string) =>
      gateway.ask(chat, question({ stream, messages: [{ role: 'user', content: letter.repeat(600) }] }))
    for (const letter of ['a', 'b', 'c']) expect((await ask(letter)).status).toBe(200)
    await until('it is known to be gone', async () => (await gateway.load()).replicas.some(({ ready }) => !ready))
    const before = await valueOf(gateway, 'requests', 'no_prefill_replica')
    expect((await ask('d')).status).toBe(200)
    expect(await valueOf(gateway, 'requests', 'no_prefill_replica')).toBe(before + 1)
    expect(decode.received.some(isHandedOver)).toBe(false)
    await expectNothingLeft(scene)
  })

  it('a prefill replica whose engine has too much to do gets one at a time: the others are computed where they are answered', async () => {
    const scene = await startScene({ model: { flow: { saturation: true } } })
    const { prefill, decode, gateway } = scene
    prefill.metrics = 'vllm:num_requests_running 1\nvllm:num_requests_waiting 10\n'
    await until('it has told', async () =>
      (await gateway.load()).replicas.some(({ reported }) => reported?.waiting === 10),
    )
    const held = Promise.withResolvers<void>()
    prefill.behave = (...asked) => void held.promise.then(() => prefilled(...asked))
    const ask = (letter: string) =>
      gateway.ask(chat, question({ stream, messages: [{ role: 'user', content: letter.repeat(600) }] }))
    const first = ask('a')
    await until('it has one', () => prefill.received.length === 1)
    expect((await ask('b')).status).toBe(200)
    expect([prefill.received.length, decode.received.length]).toEqual([1, 1])
    expect(await valueOf(gateway, 'requests', 'no_prefill_replica')).toBe(1)
    held.resolve()
    expect((await first).status).toBe(200)
    await expectNothingLeft(scene)
  })

  it.each(Object.entries(decodeFaults))(
    'a decode replica that %s is asked without the transfer',
    async (name, fault) => {
      const scene = await startScene()
      const { decode, gateway } = scene
      decode.behave = (response, received, index) =>
        (isHandedOver(received) ? fault : answering)(response, received, index)
      const answer = await gateway.ask(chat, question({ stream }))
      expect([answer.status, answer.body.toString().includes('hi')]).toEqual([200, true])
      expect(decode.received.map(isHandedOver)).toEqual([true, false])
      expect(await valueOf(gateway, 'fallbacks', 'decode_refused')).toBe(1)
      await expectNothingLeft(scene)
    },
  )
})

describe('a pair', () => {
  it('whose decode replica waits for blocks that never come is given up', async () => {
    const scene = await startScene({ model: { deadlines: short } })
    const { decode, gateway } = scene
    decode.behave = (response, received, index) => {
      if (!isHandedOver(received)) answering(response, received, index)
    }
    expect((await gateway.ask(chat, question({ stream: true }))).status).toBe(200)
    expect(await valueOf(gateway, 'fallbacks', 'decode_timeout')).toBe(1)
    expect(decode.received.map(({ isAborted }) => isAborted)).toEqual([true, false])
    await expectNothingLeft(scene)
  })

  it('whose prefill replica dies while the decode replica waits for it is given up at once', async () => {
    const scene = await startScene({ disaggregation: { transfer: 'bootstrap' } })
    const { prefill, decode, gateway } = scene
    prefill.behave = (response) =>
      void until('both have it', () => decode.received.length === 1).then(() => response.destroy())
    decode.behave = (response, received, index) => {
      if (!('bootstrap_room' in fieldsOf(received))) answering(response, received, index)
    }
    expect((await gateway.ask(chat, question({ stream: true }))).status).toBe(200)
    expect(decode.received.map(({ isAborted }) => isAborted)).toEqual([true, false])
    expect(await valueOf(gateway, 'fallbacks', 'prefill_died')).toBe(1)
    await expectNothingLeft(scene)
  })

  it('whose decode replica refuses the request itself passes that on', async () => {
    const scene = await startScene()
    scene.prefill.behave = answerJson({ error: { message: 'too long' } }, 400)
    scene.decode.behave = answerJson({ error: { message: 'too long' } }, 400)
    const answer = await scene.gateway.ask(chat, question())
    expect([answer.status, answer.body.toString()]).toEqual([400, '{"error":{"message":"too long"}}'])
    await expectNothingLeft(scene)
  })

  const busy: readonly (readonly [name: string, behave: Behaviour])[] = [
    ['with a body', answerJson({ error: { message: 'busy' } }, 503)],
    ['without a word', (response) => void response.writeHead(503, { 'content-length': 0 }).end()],
  ]
  it.each(busy)('whose decode replica is busy, and says so %s, is answered by another one', async (_name, behave) => {
    const other = await startUpstream(answering)
    cleanUps.push(() => other.kill())
    const scene = await startScene({}, {}, [], [other])
    const { decode, gateway } = scene
    decode.behave = behave
    for (const seed of [1, 2, 3, 4]) {
      const answer = await gateway.ask(chat, question({ seed }))
      expect([answer.status, answer.body.toString().includes('hi')]).toEqual([200, true])
    }
    await expectNothingLeft(scene)
  })

  it.each(busy)('whose only decode replica is busy, and says so %s, is refused once', async (_name, behave) => {
    const scene = await startScene()
    const { decode, gateway } = scene
    decode.behave = behave
    const answer = await gateway.ask(chat, question())
    expect([answer.status, answer.body.toString().includes('The engine failed with status 503')]).toEqual([502, true])
    await expectNothingLeft(scene)
    const ended = /^fairlead_gateway_requests_total\{model="m",.*\} (\d+)$/gm
    const counts = [...(await gateway.metrics()).matchAll(ended)].map(([, count]) => Number(count))
    expect(counts).toEqual([1])
  })

  it('whose decode replica dies is followed by another try, as without one', async () => {
    const scene = await startScene()
    const { decode, gateway } = scene
    let isFirst = true
    decode.behave = (response, received, index) => {
      if (isFirst) response.destroy()
      else answering(response, received, index)
      isFirst = false
    }
    expect((await gateway.ask(chat, question({ stream: true }))).status).toBe(200)
    await expectNothingLeft(scene)
  })

  it('whose decode replica is busy is followed by another one, whose answer the client gets', async () => {
    const busy = await startUpstream((response, received, index) =>
      (isHandedOver(received) ? answerJson({ error: { message: 'busy' } }, 503) : answering)(response, received, index),
    )
    const free = await startUpstream(answering)
    cleanUps.push(
      () => busy.kill(),
      () => free.kill(),
    )
    const scene = await startScene({
      model: {
        decode: { addresses: [busy.url, free.url] },
        routing: { policy: 'roundRobin', disaggregation: { minPromptTokens: 1 } },
      },
    })
    await untilReady(scene.gateway, 3)
    for (const stream of [true, false, true, false]) {
      const answer = await scene.gateway.ask(chat, question({ stream }))
      expect([answer.status, answer.body.toString().includes('hi')]).toEqual([200, true])
    }
    expect(busy.received.length).toBeGreaterThan(0)
    await until('no answer is open', () => busy.openAnswers() + free.openAnswers() === 0)
    await expectNothingLeft(scene)
  })

  const legs = ['prefill', 'decode'] as const
  it.each(legs)('whose client leaves in the %s leg is let go at once', async (leg) => {
    for (const stream of [true, false]) {
      const scene = await startScene()
      const engine = scene[leg]
      engine.behave = () => {}
      const client = httpRequest(`${scene.gateway.url}${chat}`, { method: 'POST', agent: false })
      client.on('error', () => {})
      client.end(question({ stream }))
      await until('the engine has it', () => engine.received.length === 1 && engine.received[0]?.body.length !== 0)
      const leftAt = performance.now()
      client.destroy()
      await until('the engine sees it', () => engine.received[0]?.isAborted === true)
      expect((engine.received[0]?.abortedAt ?? Infinity) - leftAt).toBeLessThan(2_000)
      expect(scene.decode.received).toHaveLength(leg === 'prefill' ? 0 : 1)
      await expectNothingLeft(scene)
    }
  })

  it('whose client leaves while both legs run lets both go', async () => {
    const scene = await startScene({ disaggregation: { transfer: 'bootstrap' } })
    const { prefill, decode, gateway } = scene
    prefill.behave = decode.behave = () => {}
    const socket = connect(gateway.address.port, '127.0.0.1')
    const body = question({ stream: true })
    socket.write(`POST ${chat} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await until('both have it', () => prefill.received.length === 1 && decode.received.length === 1)
    socket.resetAndDestroy()
    await until('both see it', () => [prefill, decode].every(({ received }) => received[0]?.isAborted === true))
    expect([prefill, decode].map(({ received }) => received.length)).toEqual([1, 1])
    await expectNothingLeft(scene)
  })

  it('counts nothing twice under many requests that end in every way', async () => {
    const scene = await startScene({ model: { deadlines: short, maxInFlight: 4 } })
    const { prefill, decode, gateway } = scene
    const faults = Object.values(prefillFaults).map(([fault]) => fault)
    prefill.behave = (response, received, index) =>
      (index % 3 === 0 ? prefilled : (faults[index % faults.length] ?? prefilled))(response, received, index)
    decode.behave = (response, received, index) =>
      (isHandedOver(received) && index % 4 === 0 ? answerJson({}, 500) : answering)(response, received, index)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, seed) =>
        gateway.ask(
          chat,
          question({ stream: true, seed, messages: [{ role: 'user', content: `${seed}`.repeat(400) }] }),
        ),
      ),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    await expectNothingLeft(scene)
  })
})
