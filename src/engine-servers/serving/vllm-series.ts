import type { PagedLoad, ServingLoad } from './contract.ts'
import { counter, gauge, type LoadSeries } from './load-series.ts'

const unpaged: PagedLoad = {
  kvBlockTokens: 0,
  kvBlocks: 0,
  receiving: 0,
  preemptions: 0,
  externalPromptTokens: 0,
  hasConnector: false,
  failedTransfers: 0,
  expiredTransfers: 0,
}
const paged = (load: ServingLoad): PagedLoad => load.paged ?? unpaged
const cached = (load: ServingLoad): number => load.cachedPromptTokens + paged(load).externalPromptTokens

/** Names and meanings as vLLM 0.32 exports them. */
export const vllmSeries: readonly LoadSeries[] = [
  gauge('vllm:num_requests_running', 'Sequences that are being computed.', (load) => load.running),
  gauge('vllm:num_requests_waiting', 'Sequences that wait to be computed.', (load) => load.waiting),
  gauge(
    'vllm:num_requests_waiting_by_reason',
    'Sequences that wait for a place, or for their prompt from another engine.',
    (load) => ({ capacity: load.waiting - paged(load).receiving, deferred: paged(load).receiving }),
    'reason',
  ),
  gauge('vllm:kv_cache_usage_perc', 'Share of the KV cache in use, 0 to 1.', (load) => load.kvCacheUsage),
  counter('vllm:prompt_tokens_total', 'Prompt tokens, cached ones included.', (load) => load.promptTokens),
  counter(
    'vllm:prompt_tokens_by_source_total',
    'Prompt tokens by where their KV blocks came from.',
    (load) => ({
      local_compute: load.promptTokens - cached(load),
      local_cache_hit: load.cachedPromptTokens,
      external_kv_transfer: paged(load).externalPromptTokens,
    }),
    'source',
  ),
  counter('vllm:prompt_tokens_cached_total', 'Prompt tokens that were not computed.', cached),
  counter('vllm:generation_tokens_total', 'Tokens generated.', (load) => load.generatedTokens),
  counter('vllm:prefix_cache_queries_total', 'Prompt tokens looked up in the KV cache.', (load) => load.promptTokens),
  counter('vllm:prefix_cache_hits_total', 'Prompt tokens found in the KV cache.', (load) => load.cachedPromptTokens),
  counter('vllm:external_prefix_cache_queries_total', 'Prompt tokens looked up in other engines.', (load) =>
    paged(load).hasConnector ? load.promptTokens - load.cachedPromptTokens : 0,
  ),
  counter(
    'vllm:external_prefix_cache_hits_total',
    'Prompt tokens found in other engines.',
    (load) => paged(load).externalPromptTokens,
  ),
  counter(
    'vllm:num_preemptions_total',
    'How often sequences were thrown out of the batch.',
    (load) => paged(load).preemptions,
  ),
]

/** What vLLM exports beside when it has the NIXL connector. */
export const nixlSeries: readonly LoadSeries[] = [
  counter(
    'vllm:nixl_num_failed_transfers_total',
    'Prompts that could not be fetched from another engine.',
    (load) => paged(load).failedTransfers,
  ),
  counter(
    'vllm:nixl_num_kv_expired_reqs_total',
    'Prompts kept for another engine that nobody fetched in time.',
    (load) => paged(load).expiredTransfers,
  ),
]
