import type { Comment, EngineService } from '../../rendering/index.ts'
import { rangeAnnotation } from '../../scaling/index.ts'
import { enginePart, isScaledByFairlead, type KubernetesContext } from '../context.ts'

/** Whether an object that is rendered too (HorizontalPodAutoscaler, ScaledObject) says how many replicas there are. */
function isScaledByObject(service: EngineService): boolean {
  const { min, max } = service.pool.replicas
  const { by } = service.model.autoscale
  return (by === 'hpa' || by === 'keda') && max > min
}

/** Metadata of a workload; where Fairlead itself scales it, with its bounds. */
export function workloadMetadata(
  service: EngineService,
  context: KubernetesContext,
): ReturnType<KubernetesContext['metadata']> {
  const own = context.metadata(context.names.workload(service), enginePart(service))
  if (!isScaledByFairlead(service)) return own
  return { ...own, annotations: { ...own.annotations, ...rangeAnnotation(service.pool.replicas) } }
}

/** Says beside the number of replicas who changes it. */
export function replicasComment(service: EngineService): Comment[] {
  if (!isScaledByFairlead(service)) return []
  const { min, max } = service.pool.replicas
  const text = `To begin with: the controller of Fairlead scales it between ${min} and ${max}, and applying leaves that.`
  return [{ path: ['spec', 'replicas'], text }]
}

/**
 * Replicas as a workload says them; undefined where an autoscaler does, so that applying again does not fight it. Where Fairlead
 * scales, it is the number to begin with, and applying leaves what has become of it. A model that may have none begins with
 * one: without a controller nothing would wake it.
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
