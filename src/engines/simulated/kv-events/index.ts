/**
 * What the simulated engine says of its KV cache, in the events of vLLM and in their bytes. Pure; the sockets are those of
 * its process.
 */
export { BlockChain } from './block-chain.ts'
export { encodeKvBatch, sequenceFrame } from './encode-batch.ts'
export { KvEventLog } from './kv-event-log.ts'
