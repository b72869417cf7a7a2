import { describe, expect, it } from 'vitest'
import { topLevelMembers } from '../../data-plane/json/top-level-members.ts'
import { decodeBody, isSplittable, prefillBody, readPrefillAnswer } from '../leg-bodies.ts'
import type { PairFacts, Transfer } from './contract.ts'
import { connectors } from './index.ts'

const facts: PairFacts = {
  pairId: '0123456789abcdef0123456789abcdef',
  requestId: 'pd-chat',
  prefillHost: '10.0.0.1',
  bootstrapPort: 8998,
  known: null,
}
/** As a client sends it, in its own layout, and with words on transfers that are not its own to say. */
const asked =
  '{ "model":"tiny", "messages":[{"role":"user","content":"hi"}],"max_tokens": 12,"temperature":0.0,"stream":true,' +
  '"stream_options":{"include_usage":true},"min_tokens":3,"seed":12345678901234567890,' +
  '"kv_transfer_params":{"do_remote_prefill":true,"remote_host":"evil"}}'
/** What vLLM 0.32 with NIXL on two processors answered to the prefill leg of a chat, recorded; shortened before `usage`. */
const recordedParams =
  '{"do_remote_prefill":true,"do_remote_decode":false,"remote_block_ids":[[4,5,6,7]],"remote_engine_id":"bd674ec3-2c81-414d-b86b-b5a2b04f2dba","remote_request_id":"chatcmpl-pd-chat-aeca7f62","remote_host":"127.0.0.1","remote_port":15600,"tp_size":1,"dcp_size":1,"pp_size":1,"remote_num_tokens":106,"remote_blocks_expiry_time":null,"transfer_mode":"pull","remote_prefill_cached_tokens":0}'
const recordedAnswer = `{"id":"chatcmpl-pd-chat","object":"chat.completion","created":1795265541,"model":"tiny","choices":[{"index":0,"message":{"role":"assistant","content":"\\n","refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,"routed_experts":null}],"service_tier":null,"system_fingerprint":"vllm-0.32.0-3db0089f","usage":{"prompt_tokens":106,"total_tokens":107,"completion_tokens":1,"prompt_tokens_details":null,"completion_tokens_details":null},"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null,"kv_transfer_params":${recordedParams},"ec_transfer_params":null,"metrics":null}`

function membersOf(text: string) {
  const members = topLevelMembers(Buffer.from(text))
  if (members === null) throw new Error('no object')
  return members
}
function prefillOf(transfer: Transfer, body = asked, its = facts): Record<string, unknown> {
  const { ownFields, prefill } = connectors[transfer]
  const text = prefillBody(Buffer.from(body), membersOf(body), ownFields, prefill(its).fields).toString()
  return JSON.parse(text) as Record<string, unknown>
}
function decodeTextOf(transfer: Transfer, params: string | null, its = facts): string | null {
  const { ownFields, decode } = connectors[transfer]
  const leg = decode(its, params)
  return leg === null ? null : decodeBody(Buffer.from(asked), membersOf(asked), ownFields, leg.fields).toString()
}
const decodeOf = (transfer: Transfer, params: string | null, its = facts) =>
  JSON.parse(decodeTextOf(transfer, params, its) ?? 'null') as unknown

/** What the client sent, less what concerns transfers. */
const { kv_transfer_params: _its, ...original } = JSON.parse(asked) as Record<string, unknown>
const { stream_options: _options, min_tokens: _min, ...shared } = original
const prefilled = { ...shared, stream: false, max_tokens: 1 }
const keep = {
  do_remote_decode: true,
  do_remote_prefill: false,
  remote_engine_id: null,
  remote_block_ids: null,
  remote_host: null,
  remote_port: null,
}

describe('the prefill leg', () => {
  it('asks for one token in one piece, by whatever name its number has', () => {
    const body = '{"model":"m","prompt":"x","max_completion_tokens":9,"stream":true}'
    expect(prefillOf('sharedStorage', body)).toEqual({
      model: 'm',
      prompt: 'x',
      max_tokens: 1,
      max_completion_tokens: 1,
      stream: false,
    })
    expect(prefillOf('lmcache', '{"model":"m","prompt":"x"}')).toMatchObject({ max_tokens: 1, stream: false })
  })

  const room = (0x0123456789abcdefn >> 1n).toString()
  const rows: readonly (readonly [Transfer, object])[] = [
    ['nixl', { kv_transfer_params: keep }],
    ['nixlPush', { kv_transfer_params: { ...keep, transfer_id: `xfer-${facts.pairId}` } }],
    [
      'mooncake',
      { kv_transfer_params: { do_remote_decode: true, do_remote_prefill: false, transfer_id: `xfer-${facts.pairId}` } },
    ],
    ['sharedStorage', {}],
    ['lmcache', {}],
    ['bootstrap', { bootstrap_host: '10.0.0.1', bootstrap_port: 8998, bootstrap_room: Number(room) }],
  ]
  it.each(rows)('of %s is what the client sent with what the protocol says', (transfer, fields) => {
    expect(prefillOf(transfer)).toEqual({ ...prefilled, ...fields })
  })

  it('keeps every byte that it does not change', () => {
    const { prefill, ownFields } = connectors.nixl
    const text = prefillBody(Buffer.from(asked), membersOf(asked), ownFields, prefill(facts).fields).toString()
    expect(text).toContain('"temperature":0.0,"stream":false,"seed":12345678901234567890')
    expect(text).toContain('"max_tokens": 1,')
  })
})

describe('the decode leg', () => {
  const coordinates = { remote_engine_id: 'e', remote_host: 'h', remote_port: 5600, tp_size: 2, pp_size: 1 }
  const pull = { do_remote_decode: false, do_remote_prefill: true }
  const rows: readonly (readonly [Transfer, string | null, string | null, object | null])[] = [
    ['nixl', null, recordedParams, { kv_transfer_params: JSON.parse(recordedParams) as object }],
    ['nixl', null, null, null],
    ['nixlPush', null, null, null],
    ['nixlPush', null, recordedParams, { kv_transfer_params: JSON.parse(recordedParams) as object }],
    [
      'nixlPush',
      JSON.stringify(coordinates),
      null,
      {
        kv_transfer_params: {
          ...pull,
          ...coordinates,
          remote_request_id: `pd-chat.${facts.pairId}`,
          transfer_id: `xfer-${facts.pairId}`,
        },
      },
    ],
    ['mooncake', null, null, null],
    [
      'mooncake',
      'engine-0',
      null,
      {
        kv_transfer_params: {
          ...pull,
          remote_bootstrap_addr: 'http://10.0.0.1:8998',
          remote_engine_id: 'engine-0',
          transfer_id: `xfer-${facts.pairId}`,
        },
      },
    ],
    ['sharedStorage', null, null, {}],
    ['lmcache', null, null, {}],
  ]
  it.each(rows)('of %s, knowing %j and told %j', (transfer, known, params, fields) => {
    const decoded = decodeOf(transfer, params, { ...facts, known })
    expect(decoded).toEqual(fields === null ? null : { ...original, ...fields })
  })

  it('has the parameters of the answer byte for byte', () => {
    const params = '{ "remote_block_ids" : [[1, 2.50]] ,"big":12345678901234567890, "text":"é\\u00e9" }'
    const answer = `{"id":"x","kv_transfer_params": ${params} ,"usage":{}}`
    expect(readPrefillAnswer(Buffer.from(answer))).toEqual({ params, usage: null })
    expect(decodeTextOf('nixl', params)).toContain(`"kv_transfer_params":${params}`)
  })

  it('meets in the same room, of 63 bits, whose number no parser of ours rounds', () => {
    const { decode, prefill } = connectors.bootstrap
    const its = { ...facts, pairId: `ffffffffffffffff${'0'.repeat(16)}`, prefillHost: '[fd00::1]' }
    expect(decode(its, null)).toEqual(prefill(its))
    expect(prefill(its).fields).toEqual({
      bootstrap_host: '"fd00::1"',
      bootstrap_port: '8998',
      bootstrap_room: '9223372036854775807',
    })
  })

  it('of a push goes by an id that no client can choose', () => {
    const { decode, prefill } = connectors.nixlPush
    const headers = ['x-request-id', `pd-chat.${facts.pairId}`]
    expect([prefill(facts).headers, decode(facts, recordedParams)?.headers]).toEqual([headers, headers])
  })
})

describe('the answer to a prefill', () => {
  it('of a real engine has its parameters', () => {
    expect(readPrefillAnswer(Buffer.from(recordedAnswer))).toEqual({
      params: recordedParams,
      usage: { inputTokens: 106, outputTokens: 1 },
    })
  })

  it.each([
    ['{"kv_transfer_params":null}', { params: null, usage: null }],
    ['{"kv_transfer_params":{ }}', { params: null, usage: null }],
    ['{"kv_transfer_params":[1]}', { params: null, usage: null }],
    ['{"choices":[{"kv_transfer_params":{"a":1}}]}', { params: null, usage: null }],
    [
      '{"usage":{"prompt_tokens":80,"prompt_tokens_details":{"cached_tokens": 64}}}',
      { params: null, usage: { inputTokens: 80, outputTokens: 0, cachedTokens: 64 } },
    ],
    ['{"usage":{"total_tokens":80}}', { params: null, usage: null }],
    ['', null],
    ['[]', null],
    ['{"a":', null],
  ])('%s', (answer, read) => {
    expect(readPrefillAnswer(Buffer.from(answer))).toEqual(read)
  })

  it('teaches what both legs at once need', () => {
    expect(connectors.nixlPush.acquaintance?.learn(JSON.parse(recordedParams))).toBe(
      '{"remote_engine_id":"bd674ec3-2c81-414d-b86b-b5a2b04f2dba","remote_host":"127.0.0.1","remote_port":15600,"tp_size":1,"pp_size":1}',
    )
    expect(connectors.nixlPush.acquaintance?.learn({ remote_host: 1 })).toBeNull()
    expect(connectors.mooncake.acquaintance?.learn({ '0': { engine_id: 'e' }, '1': { engine_id: 'f' } })).toBe('e')
    expect(connectors.mooncake.acquaintance?.learn([])).toBeNull()
  })
})

describe('what a pair can serve', () => {
  it.each([
    ['{"n":1,"prompt":"x","echo":false,"best_of":null}', true],
    ['{"prompt":[1,2,3]}', true],
    ['{"messages":[],"logprobs":true}', true],
    ['{"n":2}', false],
    ['{"best_of":3}', false],
    ['{"echo":true}', false],
    ['{"use_beam_search":true}', false],
    ['{"prompt_logprobs":0}', false],
    ['{"prompt":["a","b"]}', false],
    ['{"prompt":[ [1],[2]]}', false],
  ])('%s: %s', (body, is) => {
    expect(isSplittable(Buffer.from(body), membersOf(body))).toBe(is)
  })
})
