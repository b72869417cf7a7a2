/** How fast an engine computes a step, and how much it holds and takes on at once. */
export interface BatchingShape {
  /** Tokens that the KV cache holds. */
  readonly kvCapacityTokens: number
  /** Tokens of a KV block of the engine. */
  readonly kvBlockTokens: number
  /** Sequences in a batch at the most. */
  readonly maxSequences: number
  /** Tokens in a step at the most (chunked prefill). */
  readonly maxBatchedTokens: number
  /** Tokens of prompts in a step in which answers go on, at the most; what the step has room for when absent, as in vLLM. */
  readonly maxPromptTokensBeside?: number
  readonly step: StepCost
}

/**
 * Milliseconds of a step: `base + max(weights, tokens × msPerToken) + pairs × msPerAttentionPair + context ×
 * msPerContextToken`. A layer's kernels run one after another: the matrices are bound by reading the weights once or by
 * the tokens to compute, whichever is more (roofline); attention of prompts is bound by the pairs of tokens that meet,
 * attention of decoding by the context that is read.
 */
export interface StepCost {
  readonly baseMs: number
  readonly msPerToken: number
  readonly msPerAttentionPair: number
  readonly weightsMs: number
  readonly msPerContextToken: number
  /** For each token that comes out: logits over the vocabulary, and the choice among them; 0 when absent. */
  readonly msPerOutputToken?: number
  /** On top in a step that brings a first token, in which it takes the place of `decodeMs` where it is more; 0 when absent. */
  readonly firstTokenMs?: number
  /** On top in a step that brings a further token; 0 when absent. */
  readonly decodeMs?: number
  /** How the figures come about. */
  readonly assumptions: readonly string[]
}

/** A request for an engine. */
export interface BatchRequest {
  /**
   * Names of the leading units of the context (prompt, and answer as far as a later prompt is known to go on from it):
   * `unitTokens` tokens each, the last one maybe fewer. Two contexts with the same name at a place are equal up to its end.
   */
  readonly units: readonly number[]
  /** Tokens of the context that `units` name: the prompt's at least. */
  readonly namedTokens: number
  readonly promptTokens: number
  /** Tokens to generate, 1 at least. */
  readonly outputTokens: number
  /**
   * What of the two stages is done here. `prefill`: the blocks stay held after the last token until `release`. `decode`:
   * the prompt's blocks are allocated and then filled from elsewhere: `Step.pulls` says when to, `received` that it is done.
   */
  readonly stage: 'both' | 'prefill' | 'decode'
  /** Of stage `decode`: tokens at the prompt's beginning that come from elsewhere; all but the last one when absent. */
  readonly receivedTokens?: number
}

/** A named unit's blocks come and go: what a KV event says. */
export interface KvListener {
  /** The first `blocks` blocks of a unit are held from now on. */
  stored(unit: number, blocks: number): void
  /** Only the first `blocks` blocks of a unit are held any more; 0 for none. */
  removed(unit: number, blocks: number): void
}
