/** Where an engine publishes its KV cache events. */
export interface KvPublisher {
  /** Such as `tcp://10.0.0.7:5557`. */
  readonly endpoint: string
  /** Such as `tcp://10.0.0.7:5558`; null for an engine that replays nothing: then a gap costs all that is known of it. */
  readonly replayEndpoint: string | null
  /** Data-parallel rank, for batches that do not name theirs. */
  readonly rank: number
}

/**
 * The publisher of a data-parallel rank: each has its own, on ports that follow one another.
 * Source: vLLM 0.32.0, `vllm/distributed/kv_events.py`, `offset_endpoint_port`.
 */
export function publisherOfRank(first: KvPublisher, rank: number): KvPublisher {
  const { endpoint, replayEndpoint } = first
  return {
    endpoint: withPort(endpoint, rank),
    replayEndpoint: replayEndpoint === null ? null : withPort(replayEndpoint, rank),
    rank,
  }
}

function withPort(endpoint: string, offset: number): string {
  const colon = endpoint.lastIndexOf(':')
  const port = Number(endpoint.slice(colon + 1))
  return Number.isInteger(port) ? `${endpoint.slice(0, colon)}:${port + offset}` : endpoint
}
