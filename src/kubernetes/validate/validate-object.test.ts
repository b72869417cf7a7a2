import { describe, expect, it } from 'vitest'
import { validateObject, type Deployment } from '../index.ts'
import table from '../schemas/schemas.json' with { type: 'json' }
import { regularExpression } from './validate-scalar.ts'

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat', namespace: 'llm', labels: { 'app.kubernetes.io/name': 'chat' } },
  spec: {
    replicas: 2,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
    selector: { matchLabels: { app: 'chat' } },
    template: {
      metadata: { labels: { app: 'chat' }, annotations: { 'prometheus.io/port': '8000' } },
      spec: {
        containers: [
          {
            name: 'engine',
            image: 'vllm/vllm-openai:v0.32.0',
            imagePullPolicy: 'IfNotPresent',
            args: ['--model', 'Qwen/Qwen3-8B'],
            env: [{ name: 'HF_HOME', value: '/models' }],
            ports: [{ name: 'http', containerPort: 8000 }],
            resources: { limits: { 'nvidia.com/gpu': 1, memory: '80Gi', cpu: '500m' } },
            livenessProbe: undefined,
          },
        ],
      },
    },
  },
}

/** The Deployment with one thing replaced, by path. */
function changed(path: string, value: unknown): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(deployment)) as Record<string, unknown>
  const steps = path.split('.')
  let parent = copy
  for (const step of steps.slice(0, -1)) parent = parent[step] as Record<string, unknown>
  parent[steps.at(-1) ?? ''] = value
  return copy
}

const told = (object: object) =>
  validateObject(object as Record<string, unknown>).map(({ path, what, why }) => `${path}: ${what}: ${why}`)

const custom = (apiVersion: string, kind: string, spec: object) => ({ apiVersion, kind, metadata: { name: 'a' }, spec })

const route = (hostname: string, port: number) => ({
  hostnames: [hostname],
  rules: [{ backendRefs: [{ name: 'a', port }] }],
})

const container = 'spec.template.spec.containers.0'
const engine = 'spec.template.spec.containers[0]'

describe('validateObject', () => {
  it('has nothing against an object that the API server takes, so that a render is not held up', () => {
    expect(told(deployment)).toEqual([])
  })

  it.each([
    ['spec.replica', 2, 'spec: has the unknown field replica: did you mean replicas?'],
    [`${container}.restart`, 'Always', /^spec.template.spec.containers\[0\]: has the unknown field restart: /],
    ['spec.replicas', '2', 'spec.replicas: is "2": it must be a whole number'],
    ['spec.replicas', 1.5, 'spec.replicas: is 1.5: it must be a whole number'],
    ['spec.replicas', null, 'spec.replicas: is null: it must be a whole number'],
    ['spec.replicas', 3_000_000_000, 'spec.replicas: is 3000000000: it must be at most 2147483647'],
    ['spec.template', undefined, 'spec: has no template: that field is required'],
    [`${container}.args`, '--model', `${engine}.args: is "--model": it must be a list`],
    [`${container}.args`, [1], `${engine}.args[0]: is 1: it must be a string`],
    [
      `${container}.resources.limits.memory`,
      '80 GB',
      `${engine}.resources.limits.memory: is "80 GB": it must be an amount such as 500m, 2 or 80Gi`,
    ],
    ['spec.strategy.rollingUpdate.maxSurge', true, /maxSurge: is true: it must be a whole number or a string$/],
    [
      `${container}.env`,
      [{ name: 'A' }, { name: 'A' }],
      `${engine}.env[1]: is there twice: an earlier item has name "A"`,
    ],
    [
      `${container}.ports`,
      [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }],
      `${engine}.ports[1]: is there twice: an earlier item has containerPort 80, protocol "TCP"`,
    ],
    ['metadata.name', 'Chat_1', /^metadata.name: is "Chat_1": the name of a Deployment has /],
    ['metadata.name', undefined, 'metadata: has no name: every object has one'],
    ['metadata.labels', { app: 'a b' }, /^metadata.labels.app: is "a b": a label has at most 63 /],
    ['spec.selector.matchLabels', { 'a b': 'c' }, /^spec.selector.matchLabels: has the key "a b": /],
    ['spec.template.metadata.labels', { app: 'x'.repeat(64) }, /^spec.template.metadata.labels.app: is /],
    ['status', { replicas: 1 }, /^: has a status: /],
    ['kind', 'Deploy', /^: is "apps\/v1" "Deploy": known of apps\/v1 are .*Deployment/],
    ['apiVersion', 'extensions/v1beta1', ': is "extensions/v1beta1" "Deployment": Deployment is known as apps/v1'],
  ])('tells where %s = %j would be refused or dropped, and why', (path, value, message) => {
    const problems = told(changed(path, value))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(message)
  })

  it('holds custom resources to their definitions, with their patterns, choices and limits', () => {
    const template = { spec: { containers: [{ name: 'engine' }] } }
    const group = { leaderWorkerTemplate: { size: 2, workerTemplate: template } }
    expect(told(custom('leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', group))).toEqual([])
    expect(
      told(custom('leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', { ...group, startupPolicy: 'LeaderFirst' })),
    ).toEqual(['spec.startupPolicy: is "LeaderFirst": it must be one of LeaderCreated, LeaderReady'])

    const version = 'gateway.networking.k8s.io/v1'
    expect(told(custom(version, 'HTTPRoute', route('llm.example.com', 80)))).toEqual([])
    expect(told(custom(version, 'HTTPRoute', route('LLM', 0)))).toEqual([
      expect.stringMatching(/^spec.hostnames\[0\]: is "LLM": it must match /),
      'spec.rules[0].backendRefs[0].port: is 0: it must be at least 1',
    ])
  })

  it('knows that a cluster has no namespace for some kinds, where a namespace would make the path wrong', () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] }
    expect(told({ ...role, metadata: { name: 'fairlead:reader' } })).toEqual([])
    expect(told({ ...role, metadata: { name: 'a', namespace: 'llm' } })).toEqual([
      'metadata.namespace: is "llm": a ClusterRole is in no namespace',
    ])
  })

  it('asks for Service names that older API servers take as well', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: '1chat' }, spec: { ports: [{ port: 80 }] } }
    expect(told(service)).toEqual([expect.stringMatching(/^metadata.name: is "1chat": .* beginning with a letter/)])
  })

  it('can compile every pattern of every schema, so that no object makes it throw', () => {
    const patterns = table.schemas.flatMap((schema) => ('pattern' in schema ? [schema.pattern] : []))
    expect(patterns.length).toBeGreaterThan(20)
    for (const pattern of patterns) expect(() => regularExpression(String(pattern))).not.toThrow()
  })
})
