import type { Fleet } from '../../fleet/index.ts'
import type { ClusterClient } from '../../kubernetes/index.ts'
import { ClusterScaler, readLoadOf, scaleCluster } from '../../operate/autoscale/index.ts'
import type { PoolScaling } from '../../operate/scaling/index.ts'
import type { Clock } from '../clock.ts'
import { fleetReference, type FleetObject } from '../fleet-object/index.ts'
import { DecisionTeller } from './decision-teller.ts'
import type { ScalerState } from './scaling-claim.ts'

/** What a loop works with and whom it tells. */
export interface FleetScalerParts {
  /** Sees the Fleet’s namespace alone, and writes nothing once the term is over. */
  readonly client: ClusterClient
  readonly clock: Clock
  /** The key by which the Fleet’s gateways tell their load. */
  readonly readKey: () => Promise<string | undefined>
  /** Fires when the term ends. */
  readonly signal: AbortSignal
  /** Pools were set to another number. */
  readonly onScaled: (about: FleetObject, changed: readonly PoolScaling[]) => void
  /** It stands otherwise than before. */
  readonly onState: (state: ScalerState) => void
  /** A round failed or saw nothing. */
  readonly onProblem: (reason: 'failed' | 'load_unknown', error?: unknown) => void
  /** What was decided could not be told; the next round tries again. */
  readonly onUntold: (error: unknown) => void
  /** What an error says to people. */
  readonly wordsOf: (error: unknown) => string
}

/** Rounds may fail for so long before that is told: gateways are replaced, and API servers restart. */
const patienceMs = 15_000

/** Scales one Fleet from when it is made until it is stopped or the term ends. */
export class FleetScaler {
  readonly #parts: FleetScalerParts
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #object: FleetObject
  #fleet: Fleet
  #state: ScalerState = { kind: 'begins' }
  #hasKey = false
  /** When a round last saw everything. */
  #wellAt: number

  constructor(object: FleetObject, fleet: Fleet, parts: FleetScalerParts) {
    this.#parts = parts
    this.#object = object
    this.#fleet = fleet
    this.#wellAt = parts.clock.now()
    this.#running = this.#run(AbortSignal.any([parts.signal, this.#stopping.signal]))
  }

  get state(): ScalerState {
    return this.#state
  }

  /** Goes by what the Fleet says now; what is remembered of its load stays. */
  follow(object: FleetObject, fleet: Fleet): void {
    // The same generation says the same, and windows begin anew for nobody.
    if (object.metadata.generation !== this.#object.metadata.generation) this.#fleet = fleet
    this.#object = object
  }

  /** Resolves once nothing of it is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { client, clock, readKey, onScaled, onProblem, onUntold, wordsOf } = this.#parts
    const readLoad = readLoadOf(async () => {
      const key = await readKey()
      this.#hasKey = key !== undefined
      return key
    })
    const { name, namespace = 'default' } = this.#object.metadata
    const teller = new DecisionTeller(client, fleetReference(`${namespace}/${name}`), this.#object.status?.scaling)
    const fleet = () => this.#fleet
    const scaler = new ClusterScaler({ client, namespace, fleet, readLoad, signal })
    await scaleCluster({
      scaler,
      fleet,
      signal,
      onRound: async (scalings, changed) => {
        const { asked } = scaler
        const isWell = asked.gateways > 0 && asked.told === asked.gateways
        if (!isWell) onProblem('load_unknown')
        this.#judge(isWell, { kind: 'blind', asked, hasKey: this.#hasKey })
        if (changed.length > 0) onScaled(this.#object, changed)
        await teller.tell(scalings, changed.length > 0, clock.now()).catch(onUntold)
      },
      onProblem: (error) => {
        onProblem('failed', error)
        this.#judge(false, { kind: 'fails', message: wordsOf(error) })
      },
    })
  }

  /** Takes a round’s outcome in; what is not well is told once it lasts. */
  #judge(isWell: boolean, otherwise: ScalerState): void {
    const now = this.#parts.clock.now()
    if (isWell) this.#wellAt = now
    else if (now - this.#wellAt < patienceMs) return
    const state: ScalerState = isWell ? { kind: 'works' } : otherwise
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return
    this.#state = state
    this.#parts.onState(state)
  }
}
