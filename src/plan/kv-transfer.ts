import type { EngineSettings } from '../engines/index.ts'
import type { Model } from '../fleet/index.ts'
import type { PoolRole } from './contract.ts'

/**
 * Connectors of vLLM by the ways of transfer that a Fleet names (vLLM, vllm/distributed/kv_transfer/kv_connector/factory.py;
 * ExampleConnector is what SharedStorageConnector became in 2025-12).
 */
const connectors: Readonly<Partial<Record<Model['routing']['disaggregation']['transfer'], string>>> = {
  nixl: 'NixlConnector',
  nixlPush: 'NixlPushConnector',
  lmcache: 'LMCacheConnectorV1',
  mooncake: 'MooncakeConnector',
  sharedStorage: 'ExampleConnector',
}

/** What a pool’s engine is told about handing KV blocks over; nothing for replicas that do both. */
export function kvTransferOf(model: Model, role: PoolRole): EngineSettings['kvTransfer'] {
  const connector = connectors[model.routing.disaggregation.transfer]
  if (role === 'both' || connector === undefined || model.engine !== 'vllm') return undefined
  return { kv_connector: connector, kv_role: role === 'prefill' ? 'kv_producer' : 'kv_consumer' }
}
