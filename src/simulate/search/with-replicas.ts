import type { EngineShape, Simulation } from '../contract.ts'

/** Of so many replicas those that prefill, where of others so many do: the share stays as near as it can. */
export function prefillOf(replicas: number, others: Pick<Simulation, 'replicas' | 'prefillReplicas'>): number {
  if (others.prefillReplicas === 0 || replicas < 2) return 0
  const share = Math.round((others.prefillReplicas / others.replicas) * replicas)
  return Math.min(replicas - 1, Math.max(1, share))
}

/** The same with another number of replicas; where prefill and decode are split, their shares stay as near as they can. */
export function withReplicas(simulation: Simulation, replicas: number): Simulation {
  return { ...simulation, replicas, prefillReplicas: prefillOf(replicas, simulation) }
}

/** The same with all replicas alike, those that prefill included. */
export function withEngine({ prefillEngine: _prefill, ...simulation }: Simulation, engine: EngineShape): Simulation {
  return { ...simulation, engine }
}
