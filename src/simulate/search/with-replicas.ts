import type { Simulation } from '../contract.ts'

/** The same with another number of replicas; where prefill and decode are split, their shares stay as near as they can. */
export function withReplicas(simulation: Simulation, replicas: number): Simulation {
  const { prefillReplicas, replicas: before } = simulation
  if (prefillReplicas === 0 || replicas < 2) return { ...simulation, replicas, prefillReplicas: 0 }
  const share = Math.round((prefillReplicas / before) * replicas)
  return { ...simulation, replicas, prefillReplicas: Math.min(replicas - 1, Math.max(1, share)) }
}
