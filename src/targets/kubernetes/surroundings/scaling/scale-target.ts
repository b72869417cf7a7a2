import type { CrossVersionObjectReference } from '../../../../kubernetes/index.ts'
import type { EngineService } from '../../../rendering/index.ts'
import type { KubernetesContext } from '../../context.ts'

/** The workload of a kind of replica; a replica that spans machines is a group of a LeaderWorkerSet. */
export function scaleTarget(
  service: EngineService,
  { names }: KubernetesContext,
): CrossVersionObjectReference & { readonly apiVersion: string } {
  const name = names.workload(service)
  return service.nodes > 1
    ? { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', name }
    : { apiVersion: 'apps/v1', kind: 'Deployment', name }
}
