import type { LeaderWorkerSet } from '../../../kubernetes/index.ts'
import { commentsAt, enginePod, nodeCommands, nodeNotes, podMetadata } from '../../rendering/cluster/index.ts'
import type { EngineService, ObjectArtifact } from '../../rendering/index.ts'
import { enginePart, type KubernetesContext, type ObjectsOf } from '../context.ts'
import { leaderLabels } from './engine-services.ts'
import { replicasComment, replicasOf, workloadMetadata } from './scaling.ts'

/** A LeaderWorkerSet (https://lws.sigs.k8s.io) for each kind of replica that spans machines: a replica is a group of pods. */
export const renderEngineGroups: ObjectsOf = (context) => ({
  objects: context.engines.filter(({ nodes }) => nodes > 1).flatMap((service) => groupOf(service, context)),
  notes: context.engines.flatMap((service) => nodeNotes(service, context.title)),
})

function groupOf(service: EngineService, context: KubernetesContext): ObjectArtifact[] {
  const commands = nodeCommands(service)
  if (commands === null) return []
  const { podLabels } = context
  const part = enginePart(service)
  const labels = podLabels(part)
  const leader = enginePod(service, context, { command: commands.leader })
  const worker = enginePod(service, context, { command: commands.worker, serves: false })
  const replicas = replicasOf(service)
  const object: LeaderWorkerSet = {
    apiVersion: 'leaderworkerset.x-k8s.io/v1',
    kind: 'LeaderWorkerSet',
    metadata: workloadMetadata(service, context),
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      rolloutStrategy: {
        type: 'RollingUpdate',
        rollingUpdateConfiguration: { maxSurge: 0, maxUnavailable: Math.max(1, service.model.rollout.maxUnavailable) },
      },
      startupPolicy: 'LeaderCreated',
      leaderWorkerTemplate: {
        size: service.nodes,
        restartPolicy: 'RecreateGroupOnPodRestart',
        leaderTemplate: { metadata: podMetadata(service, { ...labels, ...leaderLabels }, context), spec: leader.value },
        workerTemplate: {
          metadata: podMetadata(service, { ...labels, 'fairlead.dev/node': 'worker' }),
          spec: worker.value,
        },
      },
    },
  }
  const template = ['spec', 'leaderWorkerTemplate']
  return [
    {
      kind: 'object',
      object,
      comments: [
        ...replicasComment(service),
        {
          path: ['spec', 'rolloutStrategy'],
          text: `A new group would need ${service.nodes} more nodes at once, so old groups make room.`,
        },
        {
          path: ['spec', 'startupPolicy'],
          text: 'Workers start with their leader: it is ready only when all of them have joined.',
        },
        {
          path: [...template, 'restartPolicy'],
          text: 'Processes of a group cannot go on without one of them, so the whole group starts anew.',
        },
        ...commentsAt([...template, 'leaderTemplate', 'spec'], leader.comments),
        ...commentsAt([...template, 'workerTemplate', 'spec'], worker.comments),
      ],
    },
  ]
}
