import type { ReportingReplica } from '../../scheduling/index.ts'

/** What the choice looks at. */
export interface Candidate extends ReportingReplica {
  /** Whether it may get requests. */
  readonly isAvailable: boolean
  /** Whether it could answer at all: also one that is set aside for its failures. */
  readonly isReachable: boolean
  /** Requests that it is working on, whoever sent them. */
  readonly inFlight: number
  /** Those of this gateway. */
  readonly ownRequests: number
}

/** How many requests each replica of a model may have. */
export interface ReplicaLimits {
  limitOf(replica: Candidate): number
}

/** Why no replica was chosen: none is there, or all have as many requests as they may. */
export type NoChoice = 'none_available' | 'all_full'

/** How it is chosen. */
export interface ChoiceOptions {
  /** Whether one that is set aside for its failures is good enough. */
  readonly isLastResort?: boolean
  /** Whether replicas take turns whatever they have to do. */
  readonly takesTurns?: boolean
}

/**
 * The replica with the fewest requests in flight; equals take turns, by `turn`. Passes over what is not available,
 * what is full, and what `isExcluded`; as a last resort, one that is set aside is good enough.
 */
export function chooseReplica<Item extends Candidate>(
  candidates: readonly Item[],
  turn: number,
  limits: ReplicaLimits,
  isExcluded: (candidate: Item) => boolean,
  { isLastResort = false, takesTurns = false }: ChoiceOptions = {},
): Item | NoChoice {
  let best: Item | undefined
  let isSomeFull = false
  for (let step = 0; step < candidates.length; step += 1) {
    const candidate = candidates[(turn + step) % candidates.length]
    if (candidate === undefined || isExcluded(candidate)) continue
    if (!(isLastResort ? candidate.isReachable : candidate.isAvailable)) continue
    if (candidate.ownRequests >= limits.limitOf(candidate)) isSomeFull = true
    else if (best === undefined || (!takesTurns && candidate.inFlight < best.inFlight)) best = candidate
  }
  return best ?? (isSomeFull ? 'all_full' : 'none_available')
}
