import type { Deployment, DeploymentStrategy } from '../../../kubernetes/index.ts'
import { commentsAt, enginePod, modelCacheOf, podMetadata } from '../../rendering/cluster/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../rendering/index.ts'
import { enginePart, type KubernetesContext, type ObjectsOf } from '../context.ts'
import { hasRoomToSurge, replicasComment, replicasOf, workloadMetadata } from './scaling.ts'

/** A Deployment for each kind of replica that fits one machine. */
export const renderEngines: ObjectsOf = (context) => ({
  objects: context.engines.filter(({ nodes }) => nodes === 1).map((service) => deploymentOf(service, context)),
})

/** Seconds beside the start-up budget in which an image is pulled and a node is found. */
const pullSeconds = 600

function deploymentOf(service: EngineService, context: KubernetesContext): ObjectArtifact {
  const { podLabels, selector } = context
  const part = enginePart(service)
  const pod = enginePod(service, context)
  const strategy = strategyOf(service, context)
  const replicas = replicasOf(service)
  const object: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: workloadMetadata(service, context),
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: selector(part) },
      strategy: strategy.value,
      progressDeadlineSeconds: Math.ceil(service.model.startupBudget / 1_000) + pullSeconds,
      template: { metadata: podMetadata(service, podLabels(part), context), spec: pod.value },
    },
  }
  const comments: Comment[] = [
    ...(replicas === undefined
      ? [{ path: ['spec'], text: 'No replicas here: the autoscaler says how many, and applying this again must not.' }]
      : []),
    ...replicasComment(service),
    { path: ['spec', 'strategy'], text: strategy.why },
    {
      path: ['spec', 'progressDeadlineSeconds'],
      text: 'Longer than the model takes to load; with the default of 600 s a slow start counts as a failed rollout.',
    },
    ...commentsAt(['spec', 'template', 'spec'], pod.comments),
  ]
  return { kind: 'object', object, comments }
}

/** How replicas are replaced: a new one first where there is room for it, else in the place of an old one. */
function strategyOf(
  service: EngineService,
  context: KubernetesContext,
): { readonly value: DeploymentStrategy; readonly why: string } {
  const { rollout, placement } = service.model
  const cache = modelCacheOf(service, context)
  const inPlace: DeploymentStrategy = {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 0, maxUnavailable: Math.max(1, rollout.maxUnavailable) },
  }
  if (cache?.kind === 'claim' && cache.isOurs && !cache.isShared) {
    return {
      value: { type: 'Recreate' },
      why: 'The model’s volume attaches to one node at a time, so the old pod goes before the new one comes.',
    }
  }
  if (rollout.maxUnavailable > 0) {
    return { value: inPlace, why: 'Old replicas make room for new ones (rollout.maxUnavailable).' }
  }
  if (service.gpus > 0 && cache?.kind === 'hostPath') {
    return {
      value: inPlace,
      why: 'Models in a folder of the node: its GPUs are taken by what runs there, so a new pod waits for an old one to go.',
    }
  }
  if (!hasRoomToSurge(service, context)) {
    return {
      value: inPlace,
      why: 'The GPU quota has no room for one replica more, so a new one waits for an old one to go.',
    }
  }
  if (placement.spread.some(({ required }) => required)) {
    return {
      value: inPlace,
      why: 'Replicas share no place, and there may be no further one, so a new one waits for an old one to go.',
    }
  }
  return {
    value: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    why:
      service.gpus === 0
        ? 'A new replica is ready before an old one goes.'
        : 'A new replica is ready before an old one goes, which takes the GPUs of one replica more; rollout.maxUnavailable: 1 does without.',
  }
}
