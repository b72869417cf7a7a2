import { setTimeout as delay } from 'node:timers/promises'
import type { Fleet, TargetName } from '../../fleet/index.ts'
import type { PoolScaling } from '../../observe/report/index.ts'
import { poolsToScale, ScalingLoop, type Scaler } from '../../targets/index.ts'

/** Between two rounds. */
const intervalMs = 2_000

/**
 * Who scales the Fleets of a target, in a sentence; null where this does. Pools that a HorizontalPodAutoscaler or KEDA scales
 * are left alone on every target.
 */
export function whoScales(target: TargetName): string | null {
  switch (target) {
    case 'kubernetes':
      return null
    case 'local':
      return 'The supervisor of `fairlead up` scales it.'
    case 'compose':
      return 'Docker Compose has nobody who scales: `fairlead simulate --autoscale` tells what would be.'
    case 'kserve':
      return 'KServe scales its services itself, by the settings that were rendered for it.'
    case 'llmd':
      return 'llm-d leaves scaling to a HorizontalPodAutoscaler or KEDA over its router’s metrics.'
  }
}

/** What the rounds work with. */
export interface ScaleClusterParts {
  readonly scaler: Scaler
  /** As it is applied now; asked before each round. */
  readonly fleet: () => Fleet
  /** Told what was decided for all pools, after each round, and which of them were changed. */
  readonly onRound: (scalings: readonly PoolScaling[], changed: readonly PoolScaling[]) => void | Promise<void>
  /** Told why a round failed; the next one tries again. */
  readonly onProblem: (error: unknown) => void
  /** Ends it: whoever leads does not any longer. */
  readonly signal: AbortSignal
}

/** Scales the pools of a Fleet until the signal fires. A leader that comes after another begins with windows anew. */
export async function scaleCluster({ scaler, fleet, onRound, onProblem, signal }: ScaleClusterParts): Promise<void> {
  const loop = new ScalingLoop(scaler, [])
  let applied: Fleet | undefined
  while (!signal.aborted) {
    try {
      const now = fleet()
      if (now !== applied) loop.replace(poolsToScale(now, { target: 'kubernetes' }).scaled)
      applied = now
      const changed = await loop.round(Date.now())
      await onRound(loop.scalings, changed)
    } catch (error) {
      if (!signal.aborted) onProblem(error)
    }
    await delay(intervalMs, undefined, { signal }).catch(() => undefined)
  }
}
