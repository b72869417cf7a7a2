import { z } from 'zod'
import { nameLimit, type Handover } from './contract.ts'

const named = z.looseObject({ transfer_id: z.string().min(1).max(nameLimit) })
const remote = named.extend({
  remote_bootstrap_addr: z.url({ protocol: /^https?$/ }),
  remote_engine_id: z.string(),
})

/** Where engines ask which engine is there (vLLM, mooncake/mooncake_utils.py). */
export const bootstrapQueryPath = '/query'

/** What is answered there: engines by data-parallel rank. */
export const bootstrapEngines = (engineId: string) => ({ '0': { engine_id: engineId } })

/**
 * vLLM's Mooncake connector: both legs name the transfer and may come in either order. The lease is
 * `VLLM_MOONCAKE_ABORT_REQUEST_TIMEOUT`; for the wait of a decode no figure is known, and SGLang's is taken. The bootstrap
 * server is the engine's own port, in place of `VLLM_MOONCAKE_BOOTSTRAP_PORT`.
 */
export const mooncake: Handover = {
  leaseMs: 480_000,
  patienceMs: 300_000,
  mayComeFirst: true,
  answersLast: false,
  isAskedFor: true,
  read({ kvTransfer: params }) {
    if (params?.['do_remote_prefill'] === true) {
      const fields = remote.safeParse(params)
      if (!fields.success) return { kind: 'unusable' }
      const { remote_engine_id: engineId, transfer_id: name, remote_bootstrap_addr: address } = fields.data
      const { hostname, port } = new URL(address)
      const host = hostname.replace(/^\[(.*)\]$/, '$1')
      return { kind: 'fetch', from: { engineId, name, host, port: Number(port) || 80 } }
    }
    if (params?.['do_remote_decode'] !== true) return { kind: 'none' }
    const fields = named.safeParse(params)
    return fields.success ? { kind: 'keep', name: fields.data.transfer_id } : { kind: 'unusable' }
  },
  answer: () => null,
}
