import type { ScalingMemory, ScalingSettings } from './contract.ts'

/**
 * The number of replicas that the last readings agree on: more only if all of `upAfter` asked for more, and then the least
 * that was asked for; fewer only if all of `downAfter` asked for fewer, and then the most. (Kubernetes documentation,
 * "Horizontal Pod Autoscaling", stabilization window; there, what is not known yet counts as agreement, and here it does not.)
 */
export function stabilised(
  { asked, sinceMs }: ScalingMemory,
  current: number,
  { upAfterMs, downAfterMs }: ScalingSettings,
  nowMs: number,
): number {
  const since = sinceMs ?? nowMs
  const within = (windowMs: number) =>
    asked.filter(({ atMs }) => nowMs - atMs <= windowMs).map(({ replicas }) => replicas)
  const least = nowMs - since >= upAfterMs ? Math.min(...within(upAfterMs)) : current
  if (least > current) return least
  const most = nowMs - since >= downAfterMs ? Math.max(...within(downAfterMs)) : current
  return Math.min(current, most)
}
