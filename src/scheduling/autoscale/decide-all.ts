import type { PoolInput, PoolOutcome } from './contract.ts'
import { decidePool } from './decide.ts'

/**
 * Decides for all pools that share GPUs. Where there are too few, those that are listed first get theirs first.
 * @param gpus how many there are in all, those in use included; null where nobody knows
 */
export function decidePools(inputs: readonly PoolInput[], gpus: number | null, nowMs: number): readonly PoolOutcome[] {
  const used = inputs.reduce((sum, { replicas: { ready, starting, draining }, settings }) => {
    return sum + (ready + starting + draining) * settings.gpusPerReplica
  }, 0)
  let free = gpus === null ? Infinity : Math.max(0, gpus - used)
  return inputs.map((input) => {
    const { gpusPerReplica } = input.settings
    const current = input.replicas.ready + input.replicas.starting
    const most = gpusPerReplica === 0 ? Infinity : current + Math.floor(free / gpusPerReplica)
    const outcome = decidePool(input, most, nowMs)
    free -= Math.max(0, outcome.decision.wanted - current) * gpusPerReplica
    return outcome
  })
}
