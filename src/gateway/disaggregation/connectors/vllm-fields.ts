/** The one field by which vLLM's connectors are told of a transfer. */
export const vllmFields = ['kv_transfer_params'] as const

/** The paths whose requests carry it (vLLM 0.32, `/openapi.json`); `/v1/responses` would store what is asked for the prefill. */
export const vllmPaths: ReadonlySet<string> = new Set(['/v1/chat/completions', '/v1/completions', '/v1/messages'])

/** What a prefill replica is told (vLLM, tests/v1/kv_connector/nixl_integration/toy_proxy_server.py). */
export const keepForDecode = {
  do_remote_decode: true,
  do_remote_prefill: false,
  remote_engine_id: null,
  remote_block_ids: null,
  remote_host: null,
  remote_port: null,
} as const
