import type { BatchingShape } from '../engines/index.ts'

export type { StepCost } from '../engines/index.ts'

/** A request of a workload. */
export interface WorkloadRequest {
  /** When it comes, milliseconds from the start; of a later turn of a session the time after its predecessor's end. */
  readonly atMs: number
  /** Place in the workload of the request whose end it waits for; -1 for none. */
  readonly after: number
  readonly promptTokens: number
  readonly outputTokens: number
  /**
   * An id for each whole or last block of `blockTokens` of the prompt; two prompts are equal as far as their leading ids
   * are. (The format of the Mooncake traces.)
   */
  readonly blocks: readonly number[]
  /** What names its session; null where it has none. */
  readonly session: string | null
  readonly tenant: string
  readonly priority: number
}

/** Requests to simulate, in the order of their coming. */
export interface Workload {
  readonly name: string
  /** Tokens of a block of `blocks`. */
  readonly blockTokens: number
  readonly requests: readonly WorkloadRequest[]
}

/** A replica: how fast its engine computes a step, how much it holds, what it costs. All replicas of a group are alike. */
export interface EngineShape extends BatchingShape {
  /** In words, such as `1 × L40S, Llama 3.1 8B fp8`. */
  readonly title: string
  /** Bytes of KV cache a token, for transfers. */
  readonly kvBytesPerToken: number
  /** Price of the replica for an hour, USD. */
  readonly pricePerHour: number
}

/** What is simulated. */
export interface Simulation {
  readonly workload: Workload
  readonly engine: EngineShape
  readonly replicas: number
  /** Replicas that only prefill; 0 for none. The others only decode then. */
  readonly prefillReplicas: number
  /** Bits a second from a prefill to a decode replica. */
  readonly transferBitsPerSecond: number
  /** Name of the policy (`src/scheduling`). */
  readonly policy: string
  readonly seed: number
  /** Arrivals come this many times as fast. */
  readonly rate: number
  readonly slo: { readonly ttftMs: number; readonly tpotMs: number }
}

export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** What came out: the fields that `fairlead simulate --json` prints for a policy. */
export interface SimulationResult {
  readonly policy: string
  readonly requests: number
  /** Requests that no replica can hold even alone. */
  readonly rejected: number
  /** Prompt tokens that were found in a cache. */
  readonly hitTokens: number
  /** The same with one cache as large as all together, asked in order of arrival. */
  readonly oracleHitTokens: number
  readonly promptTokens: number
  readonly outputTokens: number
  readonly outputTokensPerSecond: number
  /** Share of requests that kept the SLO, 0 to 1. */
  readonly goodput: number
  readonly ttftMs: Percentiles
  readonly tpotMs: Percentiles
  readonly e2eMs: Percentiles
  /** Work (uncached prefill + output tokens) of the busiest replica over the mean. */
  readonly loadSpread: number
  /** Work of each replica, tokens. */
  readonly work: readonly number[]
  /** Requests that waited inside engines: mean over time and the most at once. */
  readonly queue: { readonly mean: number; readonly most: number }
  /** Sequences that were thrown out of a batch for want of KV blocks. */
  readonly preemptions: number
  /** USD a million output tokens. */
  readonly costPerMillionTokens: number
  readonly simulatedSeconds: number
  readonly wallSeconds: number
}
