/** KV cache events on their way out, over ZeroMQ. */
export { KvPublisher, type KvEventsSettings } from './kv-publisher.ts'
