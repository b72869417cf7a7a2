import { fieldsOf, type Connector, type PairFacts } from './contract.ts'
import { vllmFields, vllmPaths } from './vllm-fields.ts'

const transferOf = ({ pairId }: PairFacts): string => `xfer-${pairId}`

/**
 * Mooncake (vLLM `MooncakeConnector`): both legs go at once with a name for the transfer; the decode replica is told
 * the bootstrap server and the engine of the prefill replica, which that server names
 * (examples/…/mooncake_connector_proxy.py). Of several data-parallel ranks the first is used.
 */
export const mooncake: Connector = {
  ownFields: vllmFields,
  paths: vllmPaths,
  isConcurrent: true,
  acquaintance: {
    from: { path: '/query' },
    learn(document) {
      // By data-parallel rank (vLLM, mooncake/mooncake_utils.py, `query`).
      const { engine_id } = fieldsOf(fieldsOf(document)['0'])
      return typeof engine_id === 'string' ? engine_id : null
    },
  },
  prefill: (facts) => ({
    fields: {
      kv_transfer_params: JSON.stringify({
        do_remote_decode: true,
        do_remote_prefill: false,
        transfer_id: transferOf(facts),
      }),
    },
    headers: ['x-data-parallel-rank', '0'],
  }),
  decode(facts) {
    if (facts.known === null) return null
    const text = JSON.stringify({
      do_remote_decode: false,
      do_remote_prefill: true,
      remote_bootstrap_addr: `http://${facts.prefillHost}:${facts.bootstrapPort}`,
      remote_engine_id: facts.known,
      transfer_id: transferOf(facts),
    })
    return { fields: { kv_transfer_params: text }, headers: [] }
  },
}
