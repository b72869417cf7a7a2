import type { Simulation, SimulationResult, Workload } from '../../simulate/index.ts'

/** What the thread is told: a simulation; its workload only where it is not that of the one before. */
export interface ToThread {
  readonly simulation: Omit<Simulation, 'workload'>
  readonly workload: Workload | null
}

/** What the thread tells: a result, or what was thrown. */
export type FromThread =
  | { readonly kind: 'result'; readonly result: SimulationResult }
  | { readonly kind: 'thrown'; readonly error: unknown }
