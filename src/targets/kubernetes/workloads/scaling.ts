import type { EngineService } from '../../rendering/index.ts'
import type { KubernetesContext } from '../context.ts'

/** Whether an object that is rendered too (HorizontalPodAutoscaler, ScaledObject) says how many replicas there are. */
function isScaledByObject(service: EngineService): boolean {
  const { min, max } = service.pool.replicas
  const { by } = service.model.autoscale
  return (by === 'hpa' || by === 'keda') && max > min
}

/**
 * Replicas as a workload says them; undefined where an autoscaler does, so that applying again does not fight it. Nothing of this
 * target wakes a model from zero unless KEDA does, so one replica stays.
 */
export function replicasOf(service: EngineService): number | undefined {
  const { min, max } = service.pool.replicas
  if (isScaledByObject(service)) return undefined
  return min === 0 && max > 0 ? 1 : min
}

/** Whether the Fleet’s GPU quota has room for one replica more than the most. */
export function hasRoomToSurge(service: EngineService, { engines, settings }: KubernetesContext): boolean {
  const { gpuQuota } = settings
  if (gpuQuota === undefined || service.gpus === 0) return true
  const used = engines.reduce((sum, { gpus, pool }) => sum + gpus * pool.replicas.max, 0)
  return used + service.gpus <= gpuQuota
}
