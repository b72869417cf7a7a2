import { z } from 'zod'
import { nameLimit, type Handover } from './contract.ts'

const remoteFields = z.looseObject({
  remote_engine_id: z.string(),
  remote_host: z.string(),
  remote_port: z.int().min(1).max(65_535),
})

/**
 * vLLM's NIXL connector that pushes (0.32.0): a decode registers with the prefill, whose address is all that it is told, and
 * either may come first. Both sides pair by the id of their request without vLLM's ending (nixl/push_worker.py,
 * `get_base_request_id`), so the legs have one request id and one path. Leases are those of NIXL; for the wait of a decode
 * no figure is known, and SGLang's is taken.
 */
export const nixlPush: Handover = {
  leaseMs: 30_000,
  patienceMs: 300_000,
  mayComeFirst: true,
  answersLast: false,
  isAskedFor: false,
  read({ id: name, kvTransfer: params }) {
    const isDecode = params?.['do_remote_prefill'] === true
    if (!isDecode && params?.['do_remote_decode'] !== true) return { kind: 'none' }
    if (name === undefined || name.length > nameLimit) return { kind: 'unusable' }
    if (!isDecode) return { kind: 'keep', name }
    const remote = remoteFields.safeParse(params)
    if (!remote.success) return { kind: 'unusable' }
    const { remote_engine_id: engineId, remote_host: host, remote_port: port } = remote.data
    return { kind: 'fetch', from: { engineId, name, host, port } }
  },
  /** Where to register, as far as gateways read it; what else vLLM says is left out. */
  answer: (prompt, engine) => ({
    do_remote_prefill: true,
    do_remote_decode: false,
    remote_engine_id: engine.id,
    remote_request_id: prompt.name,
    remote_host: engine.host,
    remote_port: engine.port,
    tp_size: 1,
    pp_size: 1,
  }),
}
