/**
 * Prefill here, decode there, as vLLM's connectors and SGLang have it, with HTTP between simulated engines where real ones
 * have NIXL, Mooncake or RDMA: one small file for each way. A new one is a file and a line here.
 */
import { bootstrap } from './bootstrap.ts'
import type { Handover } from './contract.ts'
import { lmcache } from './lmcache.ts'
import { mooncake } from './mooncake.ts'
import { nixlPush } from './nixl-push.ts'
import { nixl } from './nixl.ts'
import type { StoredLengths } from './shared-prompts.ts'
import { sharedStorage } from './shared-storage.ts'

export { type EngineAddress, type Handover, type TransferParams, type TransferWish } from './contract.ts'
export { fetchPrompt, transferFailure, transferPath } from './fetch-prompt.ts'
export { KeptPrompts } from './kept-prompts.ts'
export { SharedPrompts } from './shared-prompts.ts'
export { bootstrapEngines, bootstrapQueryPath } from './mooncake.ts'

/** By the name that settings give them (`kvConnector`). */
export const handovers = { nixl, nixlPush, mooncake, bootstrap } as const satisfies Readonly<Record<string, Handover>>

/** Those whose engines find prompts in a place that all of them reach, by the prompt alone. */
export const stores = { sharedStorage, lmcache } as const satisfies Readonly<Record<string, StoredLengths>>
