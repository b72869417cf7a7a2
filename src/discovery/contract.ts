import type { EngineName } from '../fleet/index.ts'
import type { ReplicaRole } from '../scheduling/contract.ts'

/** Where a replica is reached. */
export interface ReplicaAddress {
  readonly protocol: 'http' | 'https'
  /** Host name or IP address, without brackets. */
  readonly host: string
  readonly port: number
  /** Path before `/v1`, without a slash at its end; empty in most cases. */
  readonly basePath: string
  /** Name that requests ask for and a certificate is checked against, where `host` is an address behind that name. */
  readonly hostName?: string
}

/** Its base URL, as people write it. */
export function baseUrl({ protocol, host, port, basePath }: ReplicaAddress): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${basePath}`
}

/** What its source says of a replica; whether it answers is for the gateway's own probes to find. */
export type ReplicaPhase = 'starting' | 'serving' | 'draining' | 'failed'

/** Where a replica publishes what happens in its KV cache, over ZeroMQ. */
export interface KvEventsPlace {
  /** Of its first data-parallel rank, such as `tcp://10.0.0.7:5557`; further ranks follow on the next ports. */
  readonly endpoint: string
  /** Where missed events are asked for; null where they cannot be. */
  readonly replayEndpoint: string | null
  /** Data-parallel ranks, from 1 on. */
  readonly ranks: number
}

/** One replica of a model. */
export interface Replica {
  /** Unique within the Fleet and stable over restarts, such as `smollm2-0`. */
  readonly id: string
  /** The model's name in the Fleet. */
  readonly model: string
  readonly engine: EngineName
  readonly address: ReplicaAddress
  readonly phase: ReplicaPhase
  readonly role: ReplicaRole
  /** Changes whenever the process behind the address is another one. */
  readonly generation: number
  /** Null where it does not publish them; absent where its source does not know. */
  readonly kvEvents?: KvEventsPlace | null
  /** Header fields that requests to it carry, its key among them: names and values in turn; absent for most. */
  readonly headers?: readonly string[]
  /** Of a model's canary: the share of the model's requests, 0 to 1, that all of its replicas get together; absent for most. */
  readonly canaryShare?: number
}

/**
 * Tells where replicas are. The last good snapshot stays in force when the source fails.
 */
export interface ReplicaSource {
  /** For logs: `static`, `local-state`, `pools`. */
  readonly name: string
  /** Reads the first snapshot; resolves even when it is empty. */
  start(): Promise<void>
  /** The replicas that are known now. */
  snapshot(): readonly Replica[]
  /** Calls `listener` after each change; returns the function that ends it. */
  subscribe(listener: () => void): () => void
  close(): Promise<void>
}
