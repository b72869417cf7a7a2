import { plainLeg, type Connector } from './contract.ts'
import { vllmFields, vllmPaths } from './vllm-fields.ts'

/**
 * LMCache (vLLM `LMCacheConnectorV1`): the prefill replica stores or sends what it has computed, and the decode replica
 * finds it by the prompt alone (examples/…/disagg_prefill_lmcache_v1/disagg_proxy_server.py). Its leg is what the
 * client sent.
 */
export const lmcache: Connector = {
  ownFields: vllmFields,
  paths: vllmPaths,
  isConcurrent: false,
  prefill: () => plainLeg,
  decode: () => plainLeg,
}
