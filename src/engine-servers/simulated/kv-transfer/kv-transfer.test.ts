import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startSimulated, type SimulatedServer } from '../../serving/testing/index.ts'
import type { SimulatedSettings } from '../settings.ts'

const servers: SimulatedServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function start(
  settings: Partial<SimulatedSettings> = {},
  leaseMs?: number,
  patienceMs?: number,
): Promise<SimulatedServer> {
  const engine = { leaseMs, patienceMs }
  const server = await startSimulated({ kvConnector: 'nixl', ttft: 5, ...settings }, { engine })
  servers.push(server)
  return server
}

const prompt = 'the quick brown fox jumps over the lazy dog '.repeat(10)
/** What a gateway asks a prefill for: what the recording of vLLM 0.32.0 shows. */
const keep = {
  do_remote_decode: true,
  do_remote_prefill: false,
  remote_engine_id: null,
  remote_block_ids: null,
  remote_host: null,
  remote_port: null,
}

interface Answer {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string }[]
  readonly usage: { readonly prompt_tokens: number; readonly prompt_tokens_details: { readonly cached_tokens: number } }
  readonly kv_transfer_params?: Readonly<Record<string, unknown>>
}

async function ask(server: SimulatedServer, body: object, path = '/v1/completions') {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'pd' },
    body: JSON.stringify({ prompt, ignore_eos: true, ...body }),
  })
  return { status: response.status, body: (await response.json()) as Answer }
}

async function metric(server: SimulatedServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`vllm:${name}{`))
      ?.split(' ')
      .at(-1),
  )
}

/** The prefill's answer in the recording, to a completion and to a chat. */
function recordedParams(title: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(new URL('testing/pd-nixl.txt', import.meta.url), 'utf8')
  const section = text.slice(text.indexOf(`### ${title} `))
  const line = section.split('\n').find((each) => each.startsWith('< {')) ?? '< {}'
  return (JSON.parse(line.slice(2)) as Answer).kv_transfer_params ?? {}
}

describe('kv_transfer_params', () => {
  it.each([
    ['prefill-completions', '/v1/completions', {}, /^cmpl-pd-0-[0-9a-f]{8}$/],
    [
      'prefill-chat',
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: prompt }] },
      /^chatcmpl-pd-[0-9a-f]{8}$/,
    ],
  ])('of a prefill have the fields of vLLM 0.32 (%s)', async (title, path, body, requestId) => {
    const server = await start()
    const { body: answer } = await ask(server, { max_tokens: 1, kv_transfer_params: keep, ...body }, path)
    const params = answer.kv_transfer_params ?? {}
    const theirs = recordedParams(title)
    expect(Object.keys(params)).toEqual(Object.keys(theirs))
    const changing = { remote_engine_id: '', remote_request_id: '', remote_port: 0, remote_block_ids: [] }
    expect({ ...params, ...changing, remote_num_tokens: 0 }).toEqual({ ...theirs, ...changing, remote_num_tokens: 0 })
    expect(params['remote_request_id']).toMatch(requestId)
    expect(params['remote_num_tokens']).toBe(answer.usage.prompt_tokens)
    const blocks = Math.ceil(answer.usage.prompt_tokens / 16)
    expect(params['remote_block_ids']).toEqual([Array.from({ length: blocks }, (_, place) => place + 1)])
    expect(params['remote_port']).toBe(server.port)
  })

  it('let a decode go on without computing the prompt, and free the prefill’s blocks', async () => {
    const [prefill, decode] = [await start(), await start({ ttft: 60_000 })]
    const first = await ask(prefill, { max_tokens: 1, kv_transfer_params: keep })
    expect(await metric(prefill, 'kv_cache_usage_perc')).toBeGreaterThan(0)
    const whole = await ask(await start(), { max_tokens: 12 })
    // A prompt to be computed would take its minute.
    const second = await ask(decode, { max_tokens: 12, kv_transfer_params: first.body.kv_transfer_params })
    expect(second.body.choices).toEqual(whole.body.choices)
    expect(second.body.choices[0]?.text.startsWith(first.body.choices[0]?.text ?? '?')).toBe(true)
    expect(second.body.kv_transfer_params).toBeUndefined()
    expect(second.body.usage.prompt_tokens_details.cached_tokens).toBe(second.body.usage.prompt_tokens)
    expect(await metric(prefill, 'kv_cache_usage_perc')).toBe(0)
    const text = await (await fetch(`${decode.url}/metrics`)).text()
    expect(text).toContain(`source="external_kv_transfer"} ${second.body.usage.prompt_tokens}`)
    expect(text).toContain('source="local_compute"} 0')
  })

  it('are good once: what is fetched is not there any more', async () => {
    const [prefill, decode] = [await start(), await start()]
    const { body } = await ask(prefill, { max_tokens: 1, kv_transfer_params: keep })
    const further = { max_tokens: 2, kv_transfer_params: body.kv_transfer_params }
    expect([(await ask(decode, further)).status, (await ask(decode, further)).status]).toEqual([200, 500])
  })

  it.each<[string, object]>([
    ['an engine that is not there', { remote_port: 1 }],
    ['another engine than the one there', { remote_engine_id: 'deadbeef' }],
    ['a request that nobody knows', { remote_request_id: 'gone' }],
    ['no blocks', { remote_block_ids: null }],
    ['no host', { remote_host: null }],
  ])('that lead to %s are answered with 500 as vLLM does, and the decode stays healthy', async (_, wrong) => {
    const [prefill, decode] = [await start(), await start()]
    const { body } = await ask(prefill, { max_tokens: 1, kv_transfer_params: keep })
    const failed = await ask(decode, { max_tokens: 4, kv_transfer_params: { ...body.kv_transfer_params, ...wrong } })
    expect(failed).toEqual({
      status: 500,
      body: { error: { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 } },
    })
    expect(await metric(decode, 'nixl_num_failed_transfers_total')).toBe(1)
    expect(await metric(decode, 'kv_cache_usage_perc')).toBe(0)
    const after = await ask(decode, { max_tokens: 4 })
    expect([after.status, after.body.usage.prompt_tokens_details.cached_tokens]).toEqual([200, 0])
  })

  it('expire: blocks that nobody fetches are given back', async () => {
    const [prefill, decode] = [await start({}, 50), await start()]
    const { body } = await ask(prefill, { max_tokens: 1, kv_transfer_params: keep })
    await vi.waitFor(async () => expect(await metric(prefill, 'nixl_num_kv_expired_reqs_total')).toBe(1), 5000)
    expect(await metric(prefill, 'kv_cache_usage_perc')).toBe(0)
    expect((await ask(decode, { max_tokens: 2, kv_transfer_params: body.kv_transfer_params })).status).toBe(500)
  })

  it('mean nothing to an engine without a connector', async () => {
    const server = await start({ kvConnector: 'none' })
    const { body } = await ask(server, { max_tokens: 2, kv_transfer_params: keep })
    expect([body.kv_transfer_params, body.choices[0]?.text.split(' ').length]).toEqual([undefined, 2])
  })

  it('of a client that goes before its prompt has come leave nothing behind', async () => {
    const [prefill, decode] = [await start(), await start({ maxSequences: 1 })]
    const { body } = await ask(prefill, { max_tokens: 1, kv_transfer_params: keep })
    const controller = new AbortController()
    const gone = fetch(`${decode.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt, max_tokens: 500, ignore_eos: true, kv_transfer_params: body.kv_transfer_params }),
      signal: controller.signal,
    }).then(
      (response) => response.text().catch(() => 'gone'),
      () => 'gone',
    )
    await vi.waitFor(() => expect(decode.backend.load().running + decode.backend.load().waiting).toBe(1), 5000)
    controller.abort()
    expect(await gone).toBe('gone')
    await vi.waitFor(
      () => expect(decode.backend.load()).toMatchObject({ running: 0, waiting: 0, kvCacheUsage: 0 }),
      5000,
    )
  })
})

/** How the legs of a transfer that meet under a name ask for it; `meeting` names the pair. */
interface MeetingRow {
  readonly connector: 'nixlPush' | 'mooncake' | 'bootstrap'
  prefillFields(at: SimulatedServer, meeting: number): Promise<object>
  decodeFields(at: SimulatedServer, meeting: number): Promise<object>
  /** What the prefill is answered when nobody fetches its prompt. */
  readonly unfetched: number
}

const engineOf = async (at: SimulatedServer): Promise<string> => {
  const engines = (await (await fetch(`${at.url}/query`)).json()) as { readonly '0': { readonly engine_id: string } }
  return engines['0'].engine_id
}
const roomOf = async (at: SimulatedServer, room: number) => ({
  bootstrap_host: '127.0.0.1',
  bootstrap_port: at.port,
  bootstrap_room: room,
})

const meetings: readonly MeetingRow[] = [
  {
    // Paired by the request id, which is the same in all that `ask` sends.
    connector: 'nixlPush',
    prefillFields: async () => ({ kv_transfer_params: keep }),
    decodeFields: async ({ backend }) => ({
      kv_transfer_params: {
        do_remote_decode: false,
        do_remote_prefill: true,
        remote_engine_id: backend.engine.address.id,
        remote_host: backend.engine.address.host,
        remote_port: backend.engine.address.port,
      },
    }),
    unfetched: 200,
  },
  { connector: 'bootstrap', prefillFields: roomOf, decodeFields: roomOf, unfetched: 500 },
  {
    connector: 'mooncake',
    prefillFields: async (_at, meeting) => ({
      kv_transfer_params: { do_remote_decode: true, do_remote_prefill: false, transfer_id: `xfer-${meeting}` },
    }),
    decodeFields: async (at, meeting) => ({
      kv_transfer_params: {
        do_remote_decode: false,
        do_remote_prefill: true,
        remote_bootstrap_addr: `http://127.0.0.1:${at.port}`,
        remote_engine_id: await engineOf(at),
        transfer_id: `xfer-${meeting}`,
      },
    }),
    unfetched: 200,
  },
]

describe.each(meetings)('legs of $connector', ({ connector: kvConnector, prefillFields, decodeFields, unfetched }) => {
  const startPair = async (settings: { readonly leaseMs?: number; readonly patienceMs?: number } = {}) => ({
    prefill: await start({ kvConnector, kvRole: 'prefill' }, settings.leaseMs),
    // A prompt to be computed would take its minute.
    decode: await start({ kvConnector, kvRole: 'decode', ttft: 60_000 }, undefined, settings.patienceMs),
  })

  it.each(['prefill', 'decode'] as const)('meet whichever comes first (%s)', async (first) => {
    const { prefill, decode } = await startPair()
    const further = { max_tokens: 12, ...(await decodeFields(prefill, 1)) }
    const own = { max_tokens: 1, ...(await prefillFields(prefill, 1)) }
    const sendPrefill = () => ask(prefill, own)
    const sendDecode = () => ask(decode, further)
    const earlier = first === 'prefill' ? sendPrefill() : sendDecode()
    await vi.waitFor(() => {
      const { running, waiting, kvCacheUsage } = (first === 'prefill' ? prefill : decode).backend.load()
      expect(running + waiting + kvCacheUsage).toBeGreaterThan(0)
    }, 5000)
    const later = first === 'prefill' ? sendDecode() : sendPrefill()
    const answers = await Promise.all([earlier, later])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const answer = first === 'prefill' ? answers[1] : answers[0]
    expect(answer.body.choices).toEqual((await ask(await start(), { max_tokens: 12 })).body.choices)
    expect(await metric(prefill, 'kv_cache_usage_perc')).toBe(0)
    // Once fetched it is gone.
    const again = await start({ kvConnector, kvRole: 'decode' }, undefined, 50)
    expect((await ask(again, further)).status).toBe(500)
  })

  it('time out where the other one never comes, and leave nothing behind', async () => {
    const { prefill, decode } = await startPair({ leaseMs: 50, patienceMs: 50 })
    expect((await ask(decode, { max_tokens: 4, ...(await decodeFields(prefill, 1)) })).status).toBe(500)
    expect((await ask(prefill, { max_tokens: 1, ...(await prefillFields(prefill, 2)) })).status).toBe(unfetched)
    await vi.waitFor(async () => expect(await metric(prefill, 'nixl_num_kv_expired_reqs_total')).toBe(1), 5000)
    for (const engine of [prefill, decode])
      expect(engine.backend.load()).toMatchObject({ running: 0, waiting: 0, kvCacheUsage: 0 })
  })

  it('get no prompt but their own', async () => {
    const { prefill, decode } = await startPair({ leaseMs: 5_000, patienceMs: 5_000 })
    const own = ask(prefill, { max_tokens: 1, ...(await prefillFields(prefill, 1)) })
    await vi.waitFor(() => expect(prefill.backend.load().kvCacheUsage).toBeGreaterThan(0), 5000)
    const fields = { max_tokens: 4, ...(await decodeFields(prefill, 1)) }
    expect((await ask(decode, { ...fields, prompt: `${prompt} and so on` })).status).toBe(500)
    expect((await ask(decode, fields)).status).toBe(200)
    expect((await own).status).toBe(200)
  })

  it('let go when a client goes that waits for the other one', async () => {
    const { prefill, decode } = await startPair()
    const legs = [
      [decode, await decodeFields(prefill, 1)],
      [prefill, await prefillFields(prefill, 2)],
    ] as const
    for (const [engine, fields] of legs) {
      const controller = new AbortController()
      const gone = fetch(`${engine.url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt, max_tokens: 1, ...fields }),
        signal: controller.signal,
      }).then(
        () => 'answered',
        () => 'gone',
      )
      await vi.waitFor(() => expect(engine.backend.load().kvCacheUsage).toBeGreaterThan(0), 5000)
      controller.abort()
      // One that is answered before its prompt is fetched has left already.
      if (engine === prefill && unfetched === 200) continue
      expect(await gone).toBe('gone')
      await vi.waitFor(
        () => expect(engine.backend.load()).toMatchObject({ running: 0, waiting: 0, kvCacheUsage: 0 }),
        5000,
      )
    }
  })
})

it('says in the answer of a push where to register', async () => {
  const server = await start({ kvConnector: 'nixlPush' })
  const { body } = await ask(server, { max_tokens: 1, kv_transfer_params: keep })
  const { id, host, port } = server.backend.engine.address
  expect(body.kv_transfer_params).toMatchObject({ remote_engine_id: id, remote_host: host, remote_port: port })
  expect(body.kv_transfer_params).not.toHaveProperty('remote_block_ids')
  expect(port).toBe(server.port)
})

it('names itself at a bootstrap server with mooncake only', async () => {
  for (const kvConnector of ['mooncake', 'bootstrap', 'nixl', 'none'] as const) {
    const { status } = await fetch(`${(await start({ kvConnector })).url}/query`)
    expect([kvConnector, status]).toEqual([kvConnector, kvConnector === 'mooncake' ? 200 : 404])
  }
})
