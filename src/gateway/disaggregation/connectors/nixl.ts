import type { Connector } from './contract.ts'
import { keepForDecode, vllmFields, vllmPaths } from './vllm-fields.ts'

const keep = JSON.stringify(keepForDecode)

/**
 * NIXL, pulled by the decode replica (vLLM `NixlConnector`): the prefill answer says where its blocks are, and the
 * decode replica is told so in the very same bytes (llm-d-router, pkg/sidecar/proxy/connector_nixlv2.go).
 */
export const nixl: Connector = {
  ownFields: vllmFields,
  paths: vllmPaths,
  isConcurrent: false,
  prefill: () => ({ fields: { kv_transfer_params: keep }, headers: [] }),
  decode: (_facts, params) => (params === null ? null : { fields: { kv_transfer_params: params }, headers: [] }),
}
