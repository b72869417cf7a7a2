/**
 * Prefill here, decode there: `kv_transfer_params` as vLLM's NIXL connector takes and gives them, with HTTP between simulated
 * engines where real ones have NIXL.
 */
export { fetchPrompt, transferFailure, transferPath } from './fetch-prompt.ts'
export { KeptPrompts } from './kept-prompts.ts'
export { readTransferWish, transferParams, type RemotePrompt, type TransferWish } from './transfer-params.ts'
