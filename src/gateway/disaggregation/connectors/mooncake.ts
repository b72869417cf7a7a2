import { z } from 'zod'
import type { Connector, PairFacts } from './contract.ts'
import { vllmFields, vllmPaths } from './vllm-fields.ts'

/** What a bootstrap server answers, by data-parallel rank (vLLM, mooncake/mooncake_utils.py, `query`). */
const engines = z.record(z.string(), z.object({ engine_id: z.string() }))

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
      const found = engines.safeParse(document)
      return found.success ? (found.data['0']?.engine_id ?? null) : null
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
