import { createHash } from 'node:crypto'
import type { ConfigMap, Deployment } from '../../../kubernetes/index.ts'
import { commentsAt } from './commented.ts'
import { gatewayPart, type ClusterContext, type Rendered } from './context.ts'
import { gatewayPod } from './gateway-pod.ts'
import { secretFileNotes } from './gateway-secrets.ts'
import { redisObjects } from './objects/redis.ts'

/** Characters of the digest that pods carry of what they were started with. */
const digestLength = 16

/**
 * The gateway: its files, its Deployment, and the Redis that several of them share.
 * @param target how the target calls itself in notes
 * @param annotations further ones of its pods
 */
export function gatewayObjects(
  context: ClusterContext,
  target: string,
  annotations: Readonly<Record<string, string>> = {},
): Rendered {
  const { gateway, fleet, names, metadata, podLabels, selector } = context
  if (gateway === null) return {}
  const config: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(names.gateway, gatewayPart),
    data: { ...gateway.files },
  }
  const pod = gatewayPod(gateway, context)
  const checksum = createHash('sha256').update(JSON.stringify(gateway.files)).digest('hex').slice(0, digestLength)
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(names.gateway, gatewayPart),
    spec: {
      replicas: gateway.replicas,
      selector: { matchLabels: selector(gatewayPart) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: podLabels(gatewayPart),
          annotations: { 'fairlead.dev/config-checksum': checksum, ...annotations },
        },
        spec: pod.value,
      },
    },
  }
  return {
    objects: [
      {
        kind: 'object',
        object: config,
        comments: [
          { path: ['data', 'fleet.yaml'], text: 'The Fleet as it was written.' },
          {
            path: ['data', 'replicas.yaml'],
            text: context.asksCluster
              ? 'Where the engines are: each pod of a Service is a replica.'
              : 'Where the engines are: each address behind a name is a replica.',
          },
        ],
      },
      {
        kind: 'object',
        object: deployment,
        comments: [
          {
            path: ['spec', 'template', 'metadata', 'annotations'],
            text: 'A changed Fleet rolls the gateway, one pod after another.',
          },
          ...commentsAt(['spec', 'template', 'spec'], pod.comments),
        ],
      },
      ...redisObjects(context),
    ],
    notes: secretFileNotes(fleet, target),
  }
}
