/** What a replica does of the two stages of generation. */
export type ReplicaRole = 'both' | 'prefill' | 'decode'

/**
 * A replica as the scheduler sees it at one moment. What is counted is what this scheduler sent to it, and where others send
 * requests to it too, about what they have there (`foreign-load.ts`); what the engine itself reports comes apart, because it is late.
 */
export interface ReplicaState {
  readonly name: string
  /** Whether it may get requests: reachable, not set aside, not draining, not full. */
  readonly isAvailable: boolean
  readonly role: ReplicaRole
  /** Its share of the requests beside the others'; 1 for most. */
  readonly weight: number
  /** Requests that it was sent and has not ended, of others too. */
  readonly inFlight: number
  /** Tokens of prompts that it was sent, was not taken to hold, and has not answered with a first token: the prefill before it. */
  readonly pendingPrefillTokens: number
  /** Tokens of the requests in flight: prompts, and the answers that are expected. */
  readonly inFlightTokens: number
  /** What its engine reported last; null for one that reports nothing. */
  readonly reported: ReportedLoad | null
  /** Adapters that are loaded. */
  readonly adapters: ReadonlySet<string>
}

/** What an engine says of itself. */
export interface ReportedLoad {
  readonly running: number
  readonly waiting: number
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvCacheUsage: number
  /** Age of the report, milliseconds. */
  readonly ageMs: number
}

/** A request as the scheduler sees it. */
export interface RequestShape {
  readonly model: string
  readonly adapter: string | null
  /** What names its session; null where it has none. */
  readonly session: string | null
  /** Who asks: key, user or team, as fairness is kept between. */
  readonly tenant: string
  /** Higher goes first; below 0 is shed first. */
  readonly priority: number
  /** When its answer is of no use any more, on the clock of `Choosing.nowMs`; null for never. */
  readonly deadlineMs: number | null
  /** Tokens of the prompt, estimated where they are not known. */
  readonly promptTokens: number
  /** Tokens of the prompt that each replica is taken to hold from its beginning on, by place. */
  readonly heldTokens: Int32Array
  /** A hash of the prompt's beginning, for consistent hashing; 0 where there is none. */
  readonly prefixHash: number
  /** Tokens of the answer that are expected. */
  readonly expectedOutputTokens: number
}

/** The circumstances of a choice. Time and randomness are handed in. */
export interface Choosing {
  readonly nowMs: number
  /** A number from 0 up to, not including, 1. */
  random(): number
  /** Where to begin looking, so that equals take turns: a whole number that grows by one with each call. */
  turn(): number
  /** Whether the replica at a place is out of the question: it was tried before. */
  isExcluded(place: number): boolean
}

/** Why a replica was chosen: a closed list, told in logs, headers and traces. */
export type ChoiceReason =
  | 'only-one'
  | 'turn'
  | 'random'
  | 'least-loaded'
  | 'prefix'
  | 'prefix-overloaded'
  | 'session'
  | 'hash'
  | 'hash-overflow'
  | 'adapter'
  | 'predicted'
  | 'new-prompt'

/** Where a request goes. Places are those of the replicas handed in. */
export type Decision =
  | { readonly kind: 'replica'; readonly place: number; readonly reason: ChoiceReason }
  | {
      readonly kind: 'pair'
      /** Who computes the prompt. */
      readonly prefill: number
      /** Who generates the answer. */
      readonly decode: number
      readonly reason: ChoiceReason
    }
  /** No replica may get it now. */
  | { readonly kind: 'none' }

/** What became of a request, for policies that learn. */
export interface Outcome {
  readonly place: number
  readonly promptTokens: number
  /** Tokens of the prompt that the engine says it held; null where it does not say. */
  readonly cachedTokens: number | null
  readonly outputTokens: number
  /** From sending to the first token, milliseconds. */
  readonly ttftMs: number
  /** Between two tokens, mean, milliseconds; 0 for one token. */
  readonly tpotMs: number
  /** The replica's state when the request was sent, in figures that a cost model needs. */
  readonly sent: SentState
}

/** The state of a replica when a request was sent to it. */
export interface SentState {
  readonly inFlight: number
  readonly pendingPrefillTokens: number
  readonly inFlightTokens: number
  /** Tokens of the prompt that it was not taken to hold. */
  readonly uncachedTokens: number
}

/** Chooses replicas for one model. May keep what it learns; never reads a clock. */
export interface Policy {
  /** Chooses. Takes time linear in the replicas, and allocates nothing but the decision. */
  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision
  /** A request that was chosen for is sent: sessions and the like are kept here. */
  sent?(request: RequestShape, decision: Decision, replicas: readonly ReplicaState[], choosing: Choosing): void
  /** A request was answered. */
  answered?(outcome: Outcome, replicas: readonly ReplicaState[]): void
}

/** What a policy is configured with; every field has a meaning for some policies only. */
export interface PolicySettings {
  /** KV cache use above which a replica gets no request for its cache alone, 0 to 1. */
  readonly saturation: number
  /** How long a session stays with its replica, milliseconds. */
  readonly sessionTimeMs: number
}

/** A policy as it is offered. */
export interface PolicyKind {
  /** As `fairlead simulate --compare` names it, such as `least-request`. */
  readonly name: string
  /** One sentence of what it does. */
  readonly summary: string
  /** What it knows of prompts: nothing, what was sent where, or what engines say that they hold. */
  readonly prefixes: 'none' | 'approximate' | 'exact'
  /** Whether it looks at `RequestShape.prefixHash`. */
  readonly hashesPrompts?: true
  /** Whether it keeps sessions itself; others are asked for what has no session, or a new one (`keepingSessions`). */
  readonly keepsSessions?: true
  /** Where it comes from: a paper, another router with its file. */
  readonly source: string
  create(settings: PolicySettings): Policy
}
