import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { nameLimit, type Handover } from './contract.ts'

const remoteFields = z.looseObject({
  remote_block_ids: z.array(z.unknown()).min(1),
  remote_engine_id: z.string(),
  remote_request_id: z.string().max(nameLimit),
  remote_host: z.string(),
  remote_port: z.int().min(1).max(65_535),
})

/**
 * vLLM's NIXL connector, pulled by the decode (0.32.0). Leases are its `kv_lease_duration` (since 0.22), and it tries to
 * reach another engine for 5 s (recorded).
 */
export const nixl: Handover = {
  leaseMs: 30_000,
  patienceMs: 5_000,
  mayComeFirst: false,
  answersLast: false,
  isAskedFor: false,
  read({ id = 'request', kvTransfer: params }) {
    if (params?.['do_remote_prefill'] === true) {
      const remote = remoteFields.safeParse(params)
      if (!remote.success) return { kind: 'unusable' }
      const { remote_engine_id: engineId, remote_request_id: name, remote_host: host, remote_port: port } = remote.data
      return { kind: 'fetch', from: { engineId, name, host, port } }
    }
    if (params?.['do_remote_decode'] !== true) return { kind: 'none' }
    return { kind: 'keep', name: `${id}-${randomBytes(4).toString('hex')}` }
  },
  /** With the fields of vLLM 0.32.0 in their order. */
  answer: (prompt, engine) => ({
    do_remote_prefill: true,
    do_remote_decode: false,
    remote_block_ids: [prompt.blockIds],
    remote_engine_id: engine.id,
    remote_request_id: prompt.name,
    remote_host: engine.host,
    remote_port: engine.port,
    tp_size: 1,
    dcp_size: 1,
    pp_size: 1,
    remote_num_tokens: prompt.promptTokens,
    remote_blocks_expiry_time: null,
    transfer_mode: 'pull',
    remote_prefill_cached_tokens: prompt.cachedTokens,
  }),
}
