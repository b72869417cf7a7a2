import type { BatchRequest } from './contract.ts'
import type { KvRun } from './kv-run.ts'

/** Where a sequence stands. `held` is done, with its blocks kept for another replica to fetch. */
export type SequenceState = 'waiting' | 'receiving' | 'running' | 'held' | 'done'

/** A request under way in an engine. Whoever added it reads it; only the engine writes. */
export class Sequence {
  readonly request: BatchRequest
  state: SequenceState = 'waiting'
  /** Tokens whose keys and values are computed. */
  computed = 0
  /** Tokens of the answer so far. */
  generated = 0
  /** Tokens of the prompt that were held when it first started; -1 before. */
  cachedTokens = -1
  /** How often it was thrown out of the batch. */
  preemptions = 0
  /** Whether its prompt came from elsewhere and is held here. */
  hasReceived = false
  /** Its blocks: runs of its named units, then the rest. */
  readonly runs: KvRun[] = []
  rest: KvRun | null = null
  /** Blocks that it has. */
  blocks = 0

  constructor(request: BatchRequest) {
    this.request = request
  }

  /** Tokens known: prompt, and answer so far. */
  get tokens(): number {
    return this.request.promptTokens + this.generated
  }
}
