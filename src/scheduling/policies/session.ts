import type {
  Choosing,
  Decision,
  Outcome,
  Policy,
  PolicyKind,
  PolicySettings,
  ReplicaState,
  RequestShape,
} from '../contract.ts'
import { candidateAt, cheapest, decide, requestsOf } from './candidates.ts'
import { isSaturated, meanInFlight } from './load.ts'
import { SessionTable } from './session-table.ts'

/** Keeps sessions with their replicas while those can take them. */
export class Sessions {
  readonly #settings: PolicySettings
  readonly #table: SessionTable

  constructor(settings: PolicySettings) {
    this.#settings = settings
    this.#table = new SessionTable(settings.sessionTimeMs)
  }

  /** The place of a session's replica; -1 where there is none, it is gone, or it has too much to do. */
  find({ session }: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): number {
    const name = session === null ? null : this.#table.replicaOf(session, choosing.nowMs)
    if (name === null) return -1
    const place = replicas.findIndex((replica) => replica.name === name)
    const replica = candidateAt(replicas, place, choosing)
    if (replica === null) return -1
    return isSaturated(replica, meanInFlight(replicas, choosing), this.#settings) ? -1 : place
  }

  /** A request is sent: its session stays where it went. */
  sent({ session }: RequestShape, decision: Decision, replicas: readonly ReplicaState[], { nowMs }: Choosing): void {
    if (session === null || decision.kind === 'none') return
    const replica = replicas[decision.kind === 'pair' ? decision.decode : decision.place]
    if (replica !== undefined) this.#table.keep(session, replica.name, nowMs)
  }
}

/** Sessions stay; whatever has none is chosen for by another policy. */
class SessionsFirst implements Policy {
  readonly #sessions: Sessions
  readonly #policy: Policy

  constructor(policy: Policy, settings: PolicySettings) {
    this.#sessions = new Sessions(settings)
    this.#policy = policy
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const place = this.#sessions.find(request, replicas, choosing)
    return place >= 0 ? decide(place, 'session') : this.#policy.choose(request, replicas, choosing)
  }

  sent(request: RequestShape, decision: Decision, replicas: readonly ReplicaState[], choosing: Choosing): void {
    this.#sessions.sent(request, decision, replicas, choosing)
    this.#policy.sent?.(request, decision, replicas, choosing)
  }

  answered(outcome: Outcome, replicas: readonly ReplicaState[]): void {
    this.#policy.answered?.(outcome, replicas)
  }
}

/** A policy of a kind that keeps sessions with their replicas, whatever else it does. */
export function keepingSessions(kind: PolicyKind, settings: PolicySettings): Policy {
  const policy = kind.create(settings)
  return kind.keepsSessions === true ? policy : new SessionsFirst(policy, settings)
}

/** Sessions stay; what has none goes to the replica with the fewest requests. */
class Sticky implements Policy {
  readonly #sessions: Sessions

  constructor(settings: PolicySettings) {
    this.#sessions = new Sessions(settings)
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const place = this.#sessions.find(request, replicas, choosing)
    if (place >= 0) return decide(place, 'session')
    return decide(cheapest(request, replicas, choosing, choosing.turn(), requestsOf), 'least-loaded')
  }

  sent(request: RequestShape, decision: Decision, replicas: readonly ReplicaState[], choosing: Choosing): void {
    this.#sessions.sent(request, decision, replicas, choosing)
  }
}

export const session: PolicyKind = {
  name: 'session',
  summary:
    'A session stays with its replica until that is gone or saturated; the rest goes where the fewest requests are.',
  prefixes: 'none',
  keepsSessions: true,
  source: 'llm-d-router session-affinity; Dynamo X-Dynamo-Session-ID',
  create: (settings) => new Sticky(settings),
}
