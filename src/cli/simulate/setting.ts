import type { Simulation, SimulationResult, SweepAxis } from '../../simulate/index.ts'

/** What was simulated, for people and programs. */
export interface Setting {
  readonly simulation: Simulation
  /** What comes. */
  readonly load: string
  /** Where the figures of the load come from; null of a trace. */
  readonly loadSource: string | null
  /** Where the engine comes from. */
  readonly from: string
  /** Of all prices, ISO 4217. */
  readonly currency: string
  /** Share of requests that must keep the SLO. */
  readonly share: number
  readonly isSloAsked: boolean
  /** Whether GPU and replicas are what is looked for, not what is given. */
  readonly isSearched: boolean
  readonly remarks: readonly string[]
}

/** The result that the exit code judges: of the policy that the gateway uses, or of the best that was asked for. */
export const judgedOf = (results: readonly SimulationResult[]): SimulationResult | undefined =>
  results.find(({ policy }) => policy === 'default') ?? results.toSorted((one, other) => other.goodput - one.goodput)[0]

/** Results at one place of a sweep, one a policy. */
export interface SweepResults {
  readonly value: number | string
  readonly results: readonly SimulationResult[]
}

/** What a sweep goes along, in words. */
export const axisTitles: Readonly<Record<SweepAxis, string>> = {
  replicas: 'replicas',
  rate: 'rate',
  gpu: 'GPU',
  split: 'replicas that prefill',
}
