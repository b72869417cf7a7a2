import type { StoredLengths } from './shared-prompts.ts'

/**
 * vLLM's `ExampleConnector` (`SharedStorageConnector` until 2025-12): a prompt as a whole, without its last token and cut to
 * whole blocks (`align_to_block_size`); another one that begins alike does not find it.
 */
export const sharedStorage: StoredLengths = (promptTokens, blockTokens) => {
  const length = Math.floor((promptTokens - 1) / blockTokens) * blockTokens
  return length > 0 ? [length] : []
}
