import type { StoredLengths } from './shared-prompts.ts'

/** LMCache's `chunk_size`; what is left at the end of a prompt is not stored (`save_unfull_chunk: false`). */
const chunkTokens = 256

/** LMCache (vLLM `LMCacheConnectorV1`): whole chunks from the beginning, which all prompts find that begin alike. */
export const lmcache: StoredLengths = (promptTokens, blockTokens) => {
  const step = Math.max(1, Math.floor(chunkTokens / blockTokens)) * blockTokens
  return Array.from({ length: Math.floor(promptTokens / step) }, (_, place) => (place + 1) * step)
}
