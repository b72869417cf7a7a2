import type { Model } from '../../fleet/index.ts'
import type { ReplicaPhase } from '../../discovery/contract.ts'

/**
 * Whether a model may be without replicas until somebody asks for it: then its requests wait for one, and the gateway, which
 * has no right to start any, shows by its queue that they do.
 */
export function sleeps({ engine, autoscale, minReplicas, maxReplicas, prefill, decode }: Model): boolean {
  if (engine === 'external' || autoscale.by === 'none') return false
  // Those that answer count; a prompt can be computed where it is answered.
  const scale = prefill === undefined || decode === undefined ? { minReplicas, maxReplicas } : decode
  return scale.minReplicas === 0 && scale.maxReplicas !== undefined
}

/** Whether Fairlead decides how many replicas a model has. */
export function isScaled({ engine, autoscale, ...alone }: Model): boolean {
  const pools = [alone, alone.prefill, alone.decode]
  return engine !== 'external' && autoscale.by === 'fairlead' && pools.some((pool) => pool?.maxReplicas !== undefined)
}

/** A replica as far as this goes. */
interface Waking {
  readonly isReachable: boolean
  readonly replica: { readonly phase: ReplicaPhase }
}

/** Whether one that sleeps is to be waited for: none of its replicas answers, and none has failed for good. */
export function isWaking(replicas: readonly Waking[]): boolean {
  return replicas.every(({ isReachable, replica }) => !isReachable && replica.phase !== 'failed')
}
