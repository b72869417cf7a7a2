/**
 * What engines publish of their KV cache: the messages as they come over ZeroMQ, read into events. Pure; the sockets are
 * the gateway's.
 */
export type {
  AllBlocksCleared,
  BlockRemoved,
  BlockStored,
  KvEvent,
  KvEventBatch,
  KvMessage,
  MalformedKvMessage,
} from './events.ts'
export { decodeKvMessage } from './decode-message.ts'
export { decodeReplayReply, replayRequest } from './replay.ts'
