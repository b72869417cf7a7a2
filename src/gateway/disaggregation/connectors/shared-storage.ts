import { plainLeg, type Connector } from './contract.ts'
import { vllmFields, vllmPaths } from './vllm-fields.ts'

/**
 * Storage that both replicas reach (vLLM `ExampleConnector`, `SharedStorageConnector` until 2025-12): the prefill
 * replica writes what it has computed, and the decode replica finds it there by the prompt alone. Its leg is what the
 * client sent.
 */
export const sharedStorage: Connector = {
  ownFields: vllmFields,
  paths: vllmPaths,
  isConcurrent: false,
  prefill: () => plainLeg,
  decode: () => plainLeg,
}
