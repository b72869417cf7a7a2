import { createHash } from 'node:crypto'
import type { ConfigMap, Deployment } from '../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import { writeYaml } from '../../rendering/index.ts'
import type { LlmdContext, ObjectsOf } from '../context.ts'
import { pickerConfig, type ModelPool } from '../pools/index.ts'
import { routerPart } from './part.ts'
import { pickerPod } from './picker-pod.ts'
import { proxyConfig } from './proxy-config.ts'

/** Characters of the digest that pods carry of what they were started with. */
const digestLength = 16

/** The endpoint picker of each model: its files and its Deployment. */
export const renderPickers: ObjectsOf = (context) => ({
  objects: context.pools.flatMap((pool) => pickerOf(pool, context)),
})

function pickerOf(pool: ModelPool, context: LlmdContext): ObjectArtifact[] {
  const { metadata, podLabels, selector, namespace, llmd } = context
  const part = routerPart(pool)
  const data = {
    'picker.yaml': writeYaml(pickerConfig(pool, namespace)),
    ...(llmd.mode === 'standalone' ? { 'envoy.yaml': writeYaml(proxyConfig) } : {}),
  }
  const config: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(pool.picker, part), data }
  const checksum = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, digestLength)
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(pool.picker, part),
    spec: {
      replicas: 1,
      selector: { matchLabels: selector(part) },
      strategy: { type: 'Recreate' },
      template: {
        metadata: { labels: podLabels(part), annotations: { 'fairlead.dev/config-checksum': checksum } },
        spec: pickerPod(pool, context),
      },
    },
  }
  const pod = ['spec', 'template', 'spec']
  return [
    {
      kind: 'object',
      object: config,
      comments: [{ path: ['data', 'picker.yaml'], text: 'Read once, at the start: a change rolls the picker.' }],
    },
    {
      kind: 'object',
      object: deployment,
      comments: [
        {
          path: ['spec', 'strategy'],
          text: 'One picker at a time: what it knows of caches and load is in its memory, and two would each see half of it.',
        },
        {
          path: [...pod, 'automountServiceAccountToken'],
          text: 'The picker follows pods, pools and rules of its namespace.',
        },
        {
          path: [...pod, 'containers', 0, 'args', 7],
          text: 'Metrics to everybody in the cluster: to ask who calls would take rights over the whole cluster.',
        },
        {
          path: [...pod, 'containers', 0, 'resources'],
          text: 'Prompts of 100,000 tokens take 0.5 to 1 core for each request a second (llm-d-router, docs/operations.md).',
        },
      ],
    },
  ]
}
