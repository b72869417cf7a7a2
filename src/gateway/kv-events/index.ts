/**
 * Listens to what engines publish of their KV caches, over ZeroMQ: one subscription for each engine process, in the
 * control thread.
 */
export {
  subscribeKvEvents,
  type KvEventSink,
  type KvLoss,
  type KvSubscription,
  type KvSubscriptionCounts,
  type KvSubscriptionOptions,
} from './kv-subscription.ts'
export { publisherOfRank, type KvPublisher } from './publisher-address.ts'
export { knowledgeSink } from './knowledge-sink.ts'
