import type { Container, DaemonSet, PodSpec } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import type { EngineService } from '../../engine-service.ts'
import { containerSecurityContext, engineSecurity, podSecurityContext } from '../container-security.ts'
import { enginePart, type ClusterContext, type ObjectsOf, type PartOfFleet } from '../context.ts'
import { placementOf } from '../placement.ts'

/**
 * With `storage.images.prePull`, a DaemonSet for each image on each kind of node that engines may go to: a node has the image before
 * the first replica comes, and keeps it, since what runs is never cleaned away. Replicas that share image and place share one.
 */
export const renderImageHolders: ObjectsOf = (context) => {
  if (!context.fleet.storage.images.prePull) return {}
  const held = Map.groupBy(context.engines, (service) => JSON.stringify([service.image, placeOf(service)]))
  return { objects: [...held.values()].flatMap(([first]) => (first === undefined ? [] : [holderOf(first, context)])) }
}

/** Nodes that a service may go to, without what is about its own pods. */
function placeOf(service: EngineService): Pick<PodSpec, 'nodeSelector' | 'affinity' | 'tolerations'> {
  const { nodeSelector, affinity, tolerations } = placementOf(service, {}).value
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(required === undefined
      ? {}
      : { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }),
    ...(tolerations === undefined ? {} : { tolerations }),
  }
}

function holderOf(
  service: EngineService,
  { fleet, names, metadata, podLabels, selector }: ClusterContext,
): ObjectArtifact {
  const part: PartOfFleet = { ...enginePart(service), component: 'images' }
  const { pullSecrets, pullPolicy } = fleet.storage.images
  const security = engineSecurity(service)
  const container: Container = {
    name: 'image',
    image: service.image,
    imagePullPolicy: pullPolicy,
    command: ['sleep', 'infinity'],
    resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { memory: '32Mi' } },
    securityContext: containerSecurityContext(security),
  }
  const spec: PodSpec = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 0,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...placeOf(service),
    securityContext: podSecurityContext(security, false),
    containers: [container],
  }
  const object: DaemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata(names.named(`${service.name}-image`), part),
    spec: {
      selector: { matchLabels: selector(part) },
      // All nodes at once: they pull beside what runs, and disturb nothing.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
      template: { metadata: { labels: podLabels(part) }, spec },
    },
  }
  return {
    kind: 'object',
    object,
    comments: [
      {
        path: ['spec', 'template', 'spec', 'containers', 0, 'command'],
        text: 'It only holds the image on the node (storage.images.prePull): the kubelet cleans away images that nothing runs.',
      },
    ],
  }
}
