import { randomFrom } from '../engines/index.ts'
import { keepingSessions, RequestSizes, type PolicyKind } from '../scheduling/index.ts'
import type { Simulation } from './contract.ts'
import { Dispatcher } from './dispatcher.ts'
import { WaitingLine } from './flow/index.ts'
import type { PrefixKnowledge } from './knowledge/index.ts'
import type { Replica } from './replica.ts'
import { ReplicaView } from './replica-view.ts'

/** The Fleet's default (`routing.saturation`). */
const usualSaturation = 0.9
const usualSessionTimeMs = 600_000
/** The Fleet's default (`routing.disaggregation.minPromptTokens`). */
const usualMinSplitTokens = 2048

/** A gateway: its scheduler, its queue, and what it knows of the replicas, which others may ask too. */
export class SimulatedGateway {
  readonly dispatcher: Dispatcher
  /** Requests that no replica might get yet. */
  readonly line: WaitingLine
  readonly knowledge: PrefixKnowledge
  readonly #views: readonly ReplicaView[]
  readonly #countsOthers: boolean

  constructor(
    simulation: Simulation,
    parts: {
      readonly policy: PolicyKind
      readonly knowledge: PrefixKnowledge
      readonly replicas: readonly Replica[]
      readonly commonUnits: number
      readonly seed: number
    },
  ) {
    const {
      workload,
      flow,
      prefillReplicas,
      minSplitTokens = usualMinSplitTokens,
      saturation = usualSaturation,
      sessions,
    } = simulation
    const { policy, knowledge, replicas, commonUnits, seed } = parts
    const sizes = new RequestSizes()
    const settings = { saturation, sessionTimeMs: sessions?.timeMs ?? usualSessionTimeMs }
    const isKept = sessions !== undefined && (sessions.isKept || policy.name === 'session')
    this.knowledge = knowledge
    this.#countsOthers = simulation.loadReportsMs !== undefined
    this.#views = replicas.map((replica) => new ReplicaView(replica, sizes, flow))
    this.dispatcher = new Dispatcher({
      policy: isKept ? keepingSessions(policy, settings) : policy.create(settings),
      knowsSessions: sessions === undefined || isKept,
      minSplitTokens: prefillReplicas === 0 ? null : minSplitTokens,
      knowledge,
      replicas: this.#views,
      sizes,
      unitTokens: workload.blockTokens,
      commonUnits,
      random: randomFrom(seed),
    })
    this.line = new WaitingLine(
      flow,
      this.#views.filter(({ role }) => role !== 'prefill'),
    )
  }

  /** Engines tell their load. */
  hear(): void {
    for (const view of this.#views) view.hear(this.#countsOthers)
  }
}
