import { describe, expect, it } from 'vitest'
import type {
  Deployment,
  InferenceService,
  PersistentVolumeClaim,
  Secret,
  Service,
} from '../../src/kubernetes/index.ts'
import { applyAll, takenAsTheyAre, type RenderedObject } from './harness/apply-all.ts'
import { useCluster } from './harness/use-cluster.ts'

const labels = { 'app.kubernetes.io/name': 'chat' }

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat', labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'engine',
            image: 'registry.example/engine:1',
            ports: [{ name: 'http', containerPort: 8000 }],
            resources: { limits: { 'nvidia.com/gpu': 1, cpu: '1000m', memory: '16Gi' } },
            volumeMounts: [{ name: 'models', mountPath: '/models' }],
          },
        ],
        volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }],
      },
    },
  },
}
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'chat' },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
}
const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'models' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Gi' } } },
}
const secret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'hub' },
  type: 'Opaque',
  stringData: { token: 'x' },
}
const inference: InferenceService = {
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'chat' },
  spec: { predictor: { model: { modelFormat: { name: 'vllm' }, storageUri: 'hf://Qwen/Qwen3-8B' } } },
}

function inNamespace<Any extends RenderedObject>(object: Any, namespace: string): Any {
  return { ...object, metadata: { ...object.metadata, namespace } }
}

const cluster = useCluster()

describe('giving objects to a real API server', () => {
  it('reports nothing of objects that it takes, and leaves nothing behind for the next test', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'rendered' } }
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'rendered' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }
    const objects: readonly RenderedObject[] = [
      ...[deployment, service, claim, secret, inference].map((object) => inNamespace(object, 'rendered')),
      role,
      namespace,
    ]
    expect(await applyAll(cluster.client, objects)).toEqual(takenAsTheyAre)
    expect(await applyAll(cluster.client, objects)).toEqual(takenAsTheyAre)
    const left = await cluster.kubectl(
      'get',
      'deployments,services,pvc,inferenceservices,secrets',
      '-n',
      'rendered',
      '-o',
      'name',
    )
    expect(left).toBe('')
    const namespaces = await cluster.kubectl('get', 'namespaces', '-o', 'name')
    expect(namespaces.trim().split('\n').sort()).not.toContain('namespace/rendered')
  })

  it('tells what the server says of a wrong object, so that a renderer is mended', async () => {
    const wrong = { ...service, spec: { ...service.spec, ports: [{ name: 'HTTP', port: 80_000 }] } }
    const { refused } = await applyAll(cluster.client, [wrong])
    expect(refused).toEqual([
      expect.stringMatching(/^Service chat \(dry run\): 422 .*spec.ports\[0\].port: Invalid value: 80000/),
    ])
  })

  it('refuses an unknown field, as the offline check does', async () => {
    const wrong = { ...inference, spec: { predictor: { modle: {} } } }
    const { refused } = await applyAll(cluster.client, [wrong])
    expect(refused).toEqual([expect.stringMatching(/^InferenceService chat .*modle/)])
  })

  it('notices a field that the server drops in silence', async () => {
    const managed = { ...service, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }
    const { altered } = await applyAll(cluster.client, [managed])
    expect(altered).toEqual([expect.objectContaining({ object: 'Service chat', path: 'status.loadBalancer.ingress' })])
  })
})
