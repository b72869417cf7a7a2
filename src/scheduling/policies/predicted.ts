import type { Choosing, Decision, Outcome, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { CostModel } from '../cost-model.ts'
import { cheapest, decide, shareOf } from './candidates.ts'

/**
 * What a millisecond between tokens is worth, in milliseconds before the first: the ratio of the objectives that are
 * usual, 2 s and 50 ms.
 */
export const patience = 40
/**
 * What a token's prefill costs each sequence that is being decoded meanwhile, as a share of what it costs the request: it
 * waits, spread over the half of its answer that is still to come (`2 × patience` over an answer of some 320 tokens).
 */
export const interference = 0.25

/** The replica whose answer is expected to be the least late: a cost model that is fitted to what was seen. */
class Predicted implements Policy {
  readonly #model = new CostModel()

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    return decide(cheapest(request, replicas, choosing, choosing.turn(), this.#costOf), 'predicted')
  }

  answered(outcome: Outcome): void {
    this.#model.learn(outcome)
  }

  /** Milliseconds before the first token, and what the rest of the answer and the answers under way are held up. */
  readonly #costOf = (replica: ReplicaState, place: number, request: RequestShape): number => {
    const model = this.#model
    const share = shareOf(replica)
    const uncached = Math.max(0, request.promptTokens - (request.heldTokens[place] ?? 0)) / share
    const prefill = replica.pendingPrefillTokens / share + uncached
    const context = (replica.inFlightTokens + request.promptTokens) / share
    const heldUp = uncached * model.prefillMs * interference * replica.inFlight
    return model.ttftMs(prefill, replica.inFlight / share) + patience * model.tpotMs(context, prefill) + heldUp
  }
}

export const predicted: PolicyKind = {
  name: 'predicted',
  summary: 'The lowest predicted latency: prefill that waits, prefill of its own, and decoding; fitted while it runs.',
  prefixes: 'approximate',
  source:
    'llm-d predicted-latency scheduling, blog of 2026-03-13, with recursive least squares in place of a trained model',
  create: () => new Predicted(),
}
