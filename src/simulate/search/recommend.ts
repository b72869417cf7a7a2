import type { Simulation, SimulationResult } from '../contract.ts'
import type { EngineChoice } from './sweep.ts'
import { judge, type Verdict } from './verdict.ts'
import { withEngine, withReplicas } from './with-replicas.ts'

/** What to search in. */
export interface Search {
  /** Where the search begins; its engine is replaced by each choice. */
  readonly base: Simulation
  /** Engines to choose from, the likely cheapest first: the sooner something holds, the less is tried. */
  readonly choices: readonly EngineChoice[]
  /** Share of requests that must keep the SLO, 0 to 1. */
  readonly share: number
  /** Replicas at the most. */
  readonly most: number
}

/** A Fleet that was simulated. */
export interface Tried {
  readonly choice: EngineChoice
  readonly replicas: number
  /** Of all replicas, USD. */
  readonly pricePerHour: number
  readonly result: SimulationResult
  readonly verdict: Verdict
}

/** What the search came to. */
export interface Recommendation {
  /** The cheapest that holds; null where none does. */
  readonly best: Tried | null
  /** The same with a replica less, which does not hold; null where there is none less. */
  readonly below: Tried | null
  /** The fewest replicas that hold, or the most that do not, of each engine that was tried. */
  readonly choices: readonly Tried[]
  /** Everything that was simulated, in order. */
  readonly tried: readonly Tried[]
}

/** Simulations that a search asks for, one after another, each answered by its result. */
export type Searching<Answer> = Generator<Simulation, Answer, SimulationResult>

/**
 * Searches for the cheapest engine and number of replicas that hold the SLO. More replicas are taken to hold whatever fewer
 * hold. A generator, so that whoever runs the simulations may tell of progress and stop.
 */
export function* recommend({ base, choices, share, most }: Search): Searching<Recommendation> {
  const tried: Tried[] = []
  const reached: Tried[] = []
  let best: Tried | null = null
  function* test(choice: EngineChoice, replicas: number): Searching<Tried> {
    const known = tried.find((one) => one.choice === choice && one.replicas === replicas)
    if (known !== undefined) return known
    const result = yield withReplicas(withEngine(base, choice.engine), replicas)
    const pricePerHour = choice.engine.pricePerHour * replicas
    const one = { choice, replicas, pricePerHour, result, verdict: judge(result, base.slo, share) }
    tried.push(one)
    return one
  }
  for (const choice of choices) {
    const affordable: number = best === null ? most : Math.min(most, cheaperCount(best, choice))
    if (affordable < 1) continue
    const found: Tried = yield* fewest(choice, { affordable, start: best === null ? base.replicas : affordable, test })
    reached.push(found)
    if (found.verdict.holds) best = found
  }
  const winner: Tried | null = best
  const below =
    winner === null
      ? null
      : (tried.find((one) => one.choice === winner.choice && one.replicas === winner.replicas - 1) ?? null)
  return { best: winner, below, choices: reached, tried }
}

/** Replicas of a choice that cost less than what holds already. */
function cheaperCount(best: Tried, { engine }: EngineChoice): number {
  return engine.pricePerHour === 0 ? Infinity : Math.ceil(best.pricePerHour / engine.pricePerHour - 1e-9) - 1
}

/** The fewest replicas that hold, at most `affordable`; where none does, the most that were tried. */
function* fewest(
  choice: EngineChoice,
  bounds: {
    readonly affordable: number
    readonly start: number
    readonly test: (choice: EngineChoice, replicas: number) => Searching<Tried>
  },
): Searching<Tried> {
  const { affordable, test } = bounds
  let at: Tried = yield* test(choice, Math.min(bounds.start, affordable))
  let fails = 0
  // Up by doubling until something holds …
  while (!at.verdict.holds) {
    if (at.replicas >= affordable) return at
    fails = at.replicas
    at = yield* test(choice, Math.min(affordable, at.replicas * 2))
  }
  // … or down by halving until something does not, and then between the two.
  while (at.replicas - fails > 1) {
    const lower = fails === 0 ? Math.floor(at.replicas / 2) : Math.floor((fails + at.replicas) / 2)
    const one: Tried = yield* test(choice, lower)
    if (one.verdict.holds) at = one
    else fails = lower
  }
  return at
}
