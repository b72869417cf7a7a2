import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { KubernetesObject } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import { textOf } from '../files.ts'
import { helmOf } from './index.ts'
import { evaluate } from './testing/evaluate.ts'

const labels = (component: string) => ({ 'app.kubernetes.io/component': component, 'fairlead.dev/fleet': 'lab' })
const artifactOf = (object: object, comments: ObjectArtifact['comments'] = []): ObjectArtifact => ({
  kind: 'object',
  object: object as KubernetesObject,
  comments,
})
const container = {
  name: 'engine',
  image: 'docker.io/vllm/vllm-openai:v0.32.0',
  resources: { requests: { cpu: 4, 'nvidia.com/gpu': '1' }, limits: { memory: '64Gi', 'nvidia.com/gpu': '1' } },
}
const deployment = artifactOf(
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'llama-3', namespace: 'llm', labels: labels('engine') },
    spec: {
      replicas: 2,
      template: {
        spec: {
          nodeSelector: { gpu: 'true' },
          tolerations: [{ effect: 'NoSchedule', key: 'nvidia.com/gpu', operator: 'Exists' }],
          containers: [container],
        },
      },
    },
  },
  [{ path: ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory'], text: 'why so much' }],
)
const config = artifactOf({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'gateway', namespace: 'llm', labels: labels('gateway') },
  data: {
    'replicas.yaml': 'address: http://llama-3.llm.svc:8000\n',
    'board.json': '{"legendFormat":"{{model}}","expr":"up{namespace=\\"llm\\"}"}',
  },
})
const ingress = artifactOf({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'gateway', namespace: 'llm', labels: labels('gateway') },
  spec: { tls: [{ hosts: ['chat.example.org'] }], rules: [{ host: 'chat.example.org' }] },
})
const space = artifactOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'llm', labels: labels('storage') } })
const all = [space, deployment, config, ingress]

const facts = { fleet: 'lab', version: '1.2.3', namespace: 'llm' }
const chart = new Map(helmOf(all, facts).map(({ path, text }) => [path, text]))
const read = (path: string) => chart.get(path) ?? ''
const values = (more: object = {}) => ({ ...(parse(read('values.yaml')) as object), createNamespace: true, ...more })

describe('a chart', () => {
  it.each(all.map((artifact) => [artifact.object.kind.toLowerCase(), artifact] as const))(
    'gives with its own values what is rendered without it: %s',
    (kind, artifact) => {
      const path = `templates/${kind}-${artifact.object.metadata.name}.yaml`
      expect(evaluate(read(path), values(), 'llm')).toBe(textOf(artifact))
    },
  )

  it('has a value for what differs from cluster to cluster, and says what it is', () => {
    expect(parse(read('values.yaml'))).toEqual({
      createNamespace: false,
      labels: {},
      imagePullSecrets: [],
      ingress: { host: 'chat.example.org' },
      models: {
        'llama-3': {
          replicas: 2,
          image: container.image,
          resources: container.resources,
          nodeSelector: { gpu: 'true' },
          tolerations: [{ effect: 'NoSchedule', key: 'nvidia.com/gpu', operator: 'Exists' }],
        },
      },
    })
    expect(read('values.yaml')).toContain('# Container image.')
  })

  it('puts changed values in their places', () => {
    const changed = values({
      labels: { team: 'a' },
      imagePullSecrets: [{ name: 'pull' }],
      models: {
        'llama-3': {
          replicas: 3,
          image: 'mine:1',
          resources: { limits: { memory: null } },
          nodeSelector: {},
          tolerations: [],
        },
      },
    })
    const object: unknown = parse(evaluate(read('templates/deployment-llama-3.yaml'), changed, 'other'))
    expect(object).toMatchObject({
      metadata: { namespace: 'other', labels: { team: 'a' } },
      spec: {
        replicas: 3,
        template: { spec: { imagePullSecrets: [{ name: 'pull' }], containers: [{ image: 'mine:1' }] } },
      },
    })
    expect(JSON.stringify(object)).not.toMatch(/nodeSelector|tolerations/)
  })

  it('follows the release’s namespace wherever a name of a Service or a query says it', () => {
    const text = evaluate(read('templates/configmap-gateway.yaml'), values(), 'other')
    expect(text).toContain('http://llama-3.other.svc:8000')
    expect(text).toContain('namespace=\\"other\\"')
    expect(text).toContain('{{model}}')
  })

  it('follows the host in every place that says it', () => {
    const text = evaluate(read('templates/ingress-gateway.yaml'), values({ ingress: { host: 'a.test' } }), 'llm')
    expect(parse(text)).toMatchObject({ spec: { tls: [{ hosts: ['a.test'] }], rules: [{ host: 'a.test' }] } })
  })

  it('brings its namespace only when asked, since Helm keeps its notes there first', () => {
    expect(evaluate(read('templates/namespace-llm.yaml'), values({ createNamespace: false }), 'llm').trim()).toBe('')
  })

  it('refuses a value that no template reads', () => {
    expect(JSON.parse(read('values.schema.json'))).toMatchObject({
      additionalProperties: false,
      properties: { models: { properties: { 'llama-3': { additionalProperties: false } } } },
    })
  })

  it('leaves a map as it is that Helm would write in another order', () => {
    const unsorted = structuredClone(deployment.object) as KubernetesObject & { spec: { template: { spec: object } } }
    Object.assign(unsorted.spec.template.spec, { tolerations: [{ operator: 'Exists', key: 'gpu' }] })
    const files = helmOf([artifactOf(unsorted)], facts)
    expect(files.find(({ path }) => path === 'values.yaml')?.text).not.toContain('tolerations')
  })
})
