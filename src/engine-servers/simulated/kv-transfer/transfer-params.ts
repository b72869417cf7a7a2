import { z } from 'zod'

/** Where a prompt's KV blocks are, as the answer of a prefill says and a decode is told. */
export interface RemotePrompt {
  readonly engineId: string
  readonly requestId: string
  readonly host: string
  readonly port: number
}

/** What a request's `kv_transfer_params` ask for. */
export type TransferWish =
  | { readonly kind: 'none' }
  /** To compute the prompt only and to keep its blocks for another engine. */
  | { readonly kind: 'keep' }
  /** To fetch the prompt's blocks. */
  | { readonly kind: 'fetch'; readonly from: RemotePrompt }
  /** To fetch, without a word on where from. */
  | { readonly kind: 'unusable' }

const remoteFields = z.looseObject({
  remote_block_ids: z.array(z.unknown()).min(1),
  remote_engine_id: z.string(),
  remote_request_id: z.string(),
  remote_host: z.string(),
  remote_port: z.int().min(1).max(65_535),
})

/** Reads `kv_transfer_params` as the scheduler of vLLM's NIXL connector does (pull; 0.32.0). */
export function readTransferWish(params: Readonly<Record<string, unknown>> | undefined): TransferWish {
  if (params?.['do_remote_prefill'] === true) {
    const remote = remoteFields.safeParse(params)
    if (!remote.success) return { kind: 'unusable' }
    const { remote_engine_id, remote_request_id, remote_host, remote_port } = remote.data
    return {
      kind: 'fetch',
      from: { engineId: remote_engine_id, requestId: remote_request_id, host: remote_host, port: remote_port },
    }
  }
  return { kind: params?.['do_remote_decode'] === true ? 'keep' : 'none' }
}

/** What a kept prompt is. */
export interface KeptPrompt {
  readonly requestId: string
  readonly blockIds: readonly number[]
  readonly promptTokens: number
  readonly cachedTokens: number
}

/** The `kv_transfer_params` of the answer of a prefill, with the fields of vLLM 0.32.0 in their order. */
export function transferParams(
  prompt: KeptPrompt,
  engine: { readonly id: string; readonly host: string; readonly port: number },
): Readonly<Record<string, unknown>> {
  return {
    do_remote_prefill: true,
    do_remote_decode: false,
    remote_block_ids: [prompt.blockIds],
    remote_engine_id: engine.id,
    remote_request_id: prompt.requestId,
    remote_host: engine.host,
    remote_port: engine.port,
    tp_size: 1,
    dcp_size: 1,
    pp_size: 1,
    remote_num_tokens: prompt.promptTokens,
    remote_blocks_expiry_time: null,
    transfer_mode: 'pull',
    remote_prefill_cached_tokens: prompt.cachedTokens,
  }
}
