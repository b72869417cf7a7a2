import type { PodDisruptionBudget } from '../../../kubernetes/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../rendering/index.ts'
import {
  enginePart,
  gatewayPart,
  type ClusterContext,
  type ObjectsOf,
  type PartOfFleet,
} from '../../rendering/cluster/index.ts'
import { leaderLabels } from '../workloads/engine-services.ts'

/** How many replicas a drain of nodes may take at once, where there are several; a budget for one would block every drain. */
export const renderDisruptionBudgets: ObjectsOf = (context) => {
  const { gateway, engines, names } = context
  return {
    objects: [
      ...(gateway !== null && gateway.replicas > 1 ? [budgetOf(names.gateway, gatewayPart, 1, context)] : []),
      ...engines.filter(({ pool }) => pool.replicas.min > 1).map((service) => budgetOfEngine(service, context)),
    ],
  }
}

/** A group of pods goes with its leader, so leaders are what is counted. */
function budgetOfEngine(service: EngineService, context: ClusterContext): ObjectArtifact {
  const { names } = context
  const atOnce = Math.max(1, service.model.rollout.maxUnavailable)
  return budgetOf(names.engine(service), enginePart(service), atOnce, context, service.nodes > 1 ? leaderLabels : {})
}

function budgetOf(
  name: string,
  part: PartOfFleet,
  maxUnavailable: number,
  { metadata, selector }: ClusterContext,
  more: Readonly<Record<string, string>> = {},
): ObjectArtifact {
  const object: PodDisruptionBudget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(name, part),
    spec: {
      maxUnavailable,
      selector: { matchLabels: { ...selector(part), ...more } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  }
  const comments: Comment[] = [
    {
      path: ['spec', 'unhealthyPodEvictionPolicy'],
      text: 'A replica that never became ready serves nobody, and must not hold up a drain.',
    },
  ]
  return { kind: 'object', object, comments }
}
