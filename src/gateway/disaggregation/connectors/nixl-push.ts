import { fieldsOf, type Connector, type PairFacts } from './contract.ts'
import { keepForDecode, vllmFields, vllmPaths } from './vllm-fields.ts'

/**
 * What a push engine says of itself in the answer to a prefill (vLLM 0.32, nixl/push_scheduler.py, `request_finished`):
 * text or a number each. `pp_size` came later than the others.
 */
const coordinates = ['remote_engine_id', 'remote_host', 'remote_port', 'tp_size', 'pp_size'] as const

/**
 * Both engines pair their requests by the id of the request without vLLM's own ending (nixl/push_worker.py,
 * `get_base_request_id`), later versions by `transfer_id`. A client chooses its request id and might choose another
 * one's, so the pair has an id of its own.
 */
const pairedBy = ({ requestId, pairId }: PairFacts): readonly string[] => ['x-request-id', `${requestId}.${pairId}`]
const transferOf = ({ pairId }: PairFacts): string => `xfer-${pairId}`

/**
 * NIXL, pushed by the prefill replica (vLLM `NixlPushConnector`): the decode replica registers its blocks with it and
 * waits, so both legs go at once (examples/…/disagg_proxy_pushconnector_demo.py). Where to register is learned from the
 * answer to the first prefill, after which that request's decode leg goes with the answer's own parameters.
 */
export const nixlPush: Connector = {
  ownFields: vllmFields,
  paths: vllmPaths,
  isConcurrent: true,
  acquaintance: {
    from: 'answer',
    learn(document) {
      const told: Readonly<Record<string, unknown>> = { pp_size: 1, ...fieldsOf(document) }
      const known = Object.fromEntries(coordinates.map((name) => [name, told[name]]))
      const isWhole = Object.values(known).every((value) => typeof value === 'string' || typeof value === 'number')
      return isWhole ? JSON.stringify(known) : null
    },
  },
  prefill: (facts) => ({
    fields: { kv_transfer_params: JSON.stringify({ ...keepForDecode, transfer_id: transferOf(facts) }) },
    headers: pairedBy(facts),
  }),
  decode(facts, params) {
    if (params !== null) return { fields: { kv_transfer_params: params }, headers: pairedBy(facts) }
    if (facts.known === null) return null
    const text = JSON.stringify({
      do_remote_decode: false,
      do_remote_prefill: true,
      ...(JSON.parse(facts.known) as object),
      remote_request_id: `${facts.requestId}.${facts.pairId}`,
      transfer_id: transferOf(facts),
    })
    return { fields: { kv_transfer_params: text }, headers: pairedBy(facts) }
  },
}
