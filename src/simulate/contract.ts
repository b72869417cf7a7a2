import type { BatchingShape } from '../engines/index.ts'
import type { Autoscaling, ScalingFigures } from './scaling/contract.ts'

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
  /** Stages come one after another: `atMs` counts from when everything of the stage before has ended. 0 when absent. */
  readonly stage?: number
}

/** Requests to simulate, in the order of their coming. */
export interface Workload {
  readonly name: string
  /** Tokens of a block of `blocks`. */
  readonly blockTokens: number
  readonly requests: readonly WorkloadRequest[]
  /** Requests that are under way at once at the most: whoever makes the load waits with more. Any number when absent. */
  readonly concurrency?: number
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

/** The queue before the replicas, as a Fleet's `flow` and `maxInFlight` say it. */
export interface FlowLimits {
  /** Requests that a replica gets at once at the most. */
  readonly maxInFlight: number
  /** Requests that wait at the most. */
  readonly maxQueue: number
  /** Longest wait, milliseconds; Infinity for none. */
  readonly maxWaitMs: number
  /** Whether a replica that has requests gets no more while its engine says that it has too much to do; not when absent. */
  readonly saturation?: boolean
}

/** What is simulated. */
export interface Simulation {
  readonly workload: Workload
  /** The replicas that answer. */
  readonly engine: EngineShape
  /** Those that only prefill, where they are others; its blocks have as many tokens. */
  readonly prefillEngine?: EngineShape
  readonly replicas: number
  /** Replicas that only prefill; 0 for none. The others only decode then. */
  readonly prefillReplicas: number
  /** Bits a second from a prefill to a decode replica. */
  readonly transferBitsPerSecond: number
  /** Shorter prompts are computed where they are answered, until times that are observed say otherwise; 2,048 when absent. */
  readonly minSplitTokens?: number
  /** Replicas take on whatever comes when absent. */
  readonly flow?: FlowLimits
  /** Gateways before the same replicas, each with a scheduler of its own; requests are spread over them by the seed. One when absent. */
  readonly gateways?: number
  /** How often each asks engines for their load, to see what others have there; never when absent, or only for `flow.saturation`. */
  readonly loadReportsMs?: number
  /** KV cache use above which what a replica holds is no reason to go there (`routing.saturation`), 0 to 1; 0.9 when absent. */
  readonly saturation?: number
  /** Tokens that each replica is taken to hold of what it was sent; as many as its engine holds when absent. */
  readonly indexTokens?: number
  /**
   * Whether sessions stay with their replica whatever the policy, and for how long (`routing.session`); where they do not,
   * only the policy `session` knows of them. When absent, policies that keep sessions do so for ten minutes.
   */
  readonly sessions?: { readonly isKept: boolean; readonly timeMs: number }
  /** Name of the policy (`src/scheduling`). */
  readonly policy: string
  readonly seed: number
  /** Arrivals come this many times as fast. */
  readonly rate: number
  readonly slo: { readonly ttftMs: number; readonly tpotMs: number }
  /** Replicas come and go by their load; `replicas` are the most then. All run all the time when absent. */
  readonly autoscale?: Autoscaling
}

export interface Percentiles {
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** What became of the requests of a tenant, or of a priority. */
export interface FlowGroup {
  readonly name: string
  readonly requests: number
  /** Those that waited for a replica. */
  readonly waited: number
  /** Those that were refused, by reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>
  /** Of those that got a replica; 0 where none was waited for. */
  readonly waitMs: Percentiles
  readonly ttftMs: Percentiles
  readonly goodput: number
  /** Tokens of prompts and answers that were served. */
  readonly tokens: number
}

/** Why the queue lets a request go; the names are the gateway's. */
export type RefusalReason = 'queue_full' | 'queue_timeout'

/** What happened in the queue. */
export interface FlowFigures {
  /** Requests that waited at once at the most. */
  readonly most: number
  /** The highest first. */
  readonly priorities: readonly FlowGroup[]
  /** Those with the most requests, 50 at the most. */
  readonly tenants: readonly FlowGroup[]
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
  /** Of the queue before the replicas; null where there is none. */
  readonly flow: FlowFigures | null
  /** Requests that waited inside engines: mean over time and the most at once. */
  readonly queue: { readonly mean: number; readonly most: number }
  /** Sequences that were thrown out of a batch for want of KV blocks. */
  readonly preemptions: number
  /** USD a million output tokens. */
  readonly costPerMillionTokens: number
  readonly simulatedSeconds: number
  /** What scaling did; null where replicas are fixed. */
  readonly scaling: ScalingFigures | null
  readonly wallSeconds: number
}
