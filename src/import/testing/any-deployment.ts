import * as fc from 'fast-check'
import { stringify } from 'yaml'

const label = fc.stringMatching(/^[a-z][a-z0-9]{2,12}$/)
const probe = fc.record({
  periodSeconds: fc.integer({ min: 1, max: 60 }),
  timeoutSeconds: fc.integer({ min: 1, max: 30 }),
  failureThreshold: fc.integer({ min: 1, max: 100 }),
})
/** A vLLM deployment as people write one, with everything that has to outlast a move. */
export const anyDeployment = fc.record({
  name: label,
  namespace: label,
  service: label,
  port: fc.integer({ min: 1024, max: 65_534 }),
  replicas: fc.integer({ min: 0, max: 20 }),
  gpus: fc.constantFrom(1, 2, 4, 8),
  context: fc.integer({ min: 512, max: 200_000 }),
  memoryGi: fc.integer({ min: 1, max: 512 }),
  cpu: fc.integer({ min: 1, max: 64 }),
  sharedGi: fc.integer({ min: 1, max: 64 }),
  liveness: probe,
  readiness: probe,
  startup: probe,
  quotaGpus: fc.integer({ min: 1, max: 64 }),
  quotaPods: fc.integer({ min: 1, max: 64 }),
  zone: label,
  weight: fc.integer({ min: 1, max: 100 }),
})

/** What one of them says. */
export type WantedDeployment = typeof anyDeployment extends fc.Arbitrary<infer Value> ? Value : never

/** The deployment as Kubernetes objects. */
export function deploymentManifests(wanted: WantedDeployment): string {
  const http = { httpGet: { path: '/health', port: 8000 } }
  const pod = {
    nodeSelector: { zone: wanted.zone },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'In', values: ['l40s', 'h100'] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: wanted.weight, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } },
        ],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: wanted.name } } },
        ],
      },
    },
    containers: [
      {
        name: 'vllm',
        image: 'vllm/vllm-openai:v0.30.0',
        args: ['owner/name', `--max-model-len=${wanted.context}`, `--tensor-parallel-size=${wanted.gpus}`],
        ports: [{ containerPort: 8000 }],
        resources: {
          limits: { 'nvidia.com/gpu': wanted.gpus, memory: `${wanted.memoryGi}Gi` },
          requests: { cpu: String(wanted.cpu) },
        },
        livenessProbe: { ...http, ...wanted.liveness },
        readinessProbe: { ...http, ...wanted.readiness },
        startupProbe: { ...http, ...wanted.startup },
        volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }],
      },
    ],
    volumes: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: `${wanted.sharedGi}Gi` } }],
  }
  const metadata = { name: wanted.name, namespace: wanted.namespace }
  const labels = { app: wanted.name }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: wanted.replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: wanted.service, namespace: wanted.namespace },
      spec: { selector: labels, sessionAffinity: 'ClientIP', ports: [{ port: wanted.port, targetPort: 8000 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'quota', namespace: wanted.namespace },
      spec: { hard: { 'requests.nvidia.com/gpu': String(wanted.quotaGpus), pods: String(wanted.quotaPods) } },
    },
  ]
    .map((object) => stringify(object))
    .join('---\n')
}
