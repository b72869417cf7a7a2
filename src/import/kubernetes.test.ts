import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadFleet } from '../fleet/index.ts'
import { anyDeployment, deploymentManifests, type WantedDeployment } from './testing/any-deployment.ts'
import { importText } from './testing/deployments.ts'

const seconds = ({ periodSeconds, timeoutSeconds, failureThreshold }: WantedDeployment['liveness']) => ({
  interval: periodSeconds * 1000,
  timeout: timeoutSeconds * 1000,
  failures: failureThreshold,
})

describe('importing Kubernetes objects', () => {
  // proves A9 (real part)
  it('keeps replicas, GPUs, context, port, names, quotas, probes and affinity, whatever they are', () => {
    fc.assert(
      fc.property(anyDeployment, (wanted) => {
        const { imported } = importText('deploy.yaml', deploymentManifests(wanted))
        const { fleet, diagnostics } = loadFleet(imported.fleetText ?? '', { file: 'fleet.yaml' })
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
        const [model] = fleet?.models ?? []
        expect(model).toMatchObject({
          name: 'owner/name',
          source: 'hf://owner/name',
          engineVersion: '0.30.0',
          replicas: wanted.replicas,
          context: wanted.context,
          hardware: { gpus: wanted.gpus },
          parallelism: { tensor: wanted.gpus },
          resources: { cpu: wanted.cpu, memory: wanted.memoryGi * 2 ** 30, sharedMemory: wanted.sharedGi * 2 ** 30 },
          probes: {
            liveness: seconds(wanted.liveness),
            readiness: seconds(wanted.readiness),
            startup: seconds(wanted.startup),
          },
          startupBudget: wanted.startup.periodSeconds * wanted.startup.failureThreshold * 1000,
          placement: {
            nodeSelector: { zone: wanted.zone },
            tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
            nodeAffinity: [
              { key: 'gpu', operator: 'In', values: ['l40s', 'h100'] },
              { key: 'disk', operator: 'Exists', weight: wanted.weight },
            ],
            spread: [{ topologyKey: 'kubernetes.io/hostname', required: true }],
          },
        })
        expect(fleet?.gateway.listen).toBe(`0.0.0.0:${wanted.port}`)
        expect(fleet?.targets).toMatchObject({
          default: 'kubernetes',
          kubernetes: {
            namespace: wanted.namespace,
            serviceName: wanted.service,
            sessionAffinity: true,
            gpuQuota: wanted.quotaGpus,
            quota: { pods: String(wanted.quotaPods) },
          },
        })
      }),
      { numRuns: 25 },
    )
  })
})

const pod = (spec: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: chat }
spec:
  template:
    spec:
${spec}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.32.0
          args: [--model, owner/name]
          resources: { limits: { nvidia.com/gpu: "1" } }
`
const requiring = (...expressions: readonly string[]) =>
  pod(
    `      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [${expressions.join(', ')}] }] } } }`,
  )

/** The GPU that an imported model is sized and priced for. */
function gpuOf(text: string): string | undefined {
  const { fleet } = loadFleet(importText('deploy.yaml', text).imported.fleetText ?? '', { file: 'fleet.yaml' })
  return fleet?.models[0]?.hardware.gpu
}

// proves A9 (real part)
describe('the GPU that a deployment asks for', () => {
  it.each([
    ['a label', pod('      nodeSelector: { cloud.google.com/gke-accelerator: nvidia-l4 }'), 'l4'],
    ['a required label', requiring('{ key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-L40S] }'), 'l40s'],
    [
      'two names of one GPU',
      requiring('{ key: nvidia.com/gpu.product, operator: In, values: [Tesla-T4, Tesla-T4-SHARED] }'),
      't4',
    ],
    ['two GPUs', requiring('{ key: gpu, operator: In, values: [l40s, h100] }'), undefined],
    ['what it is not', requiring('{ key: nvidia.com/gpu.product, operator: NotIn, values: [Tesla-T4] }'), undefined],
    ['another label', requiring('{ key: pool, operator: In, values: [l4] }'), undefined],
  ])('comes from %s', (_, text, gpu) => {
    expect(gpuOf(text)).toBe(gpu)
  })

  it('comes from the node terms of the production stack’s values, which stay with the model', () => {
    const { imported } = importText(
      'values.yaml',
      `servingEngineSpec:
  tolerations: [{ key: nvidia.com/gpu, operator: Exists }]
  modelSpec:
    - name: chat
      repository: vllm/vllm-openai
      tag: v0.32.0
      modelURL: owner/name
      replicaCount: 1
      requestGPU: 1
      nodeSelectorTerms:
        - matchExpressions: [{ key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-A100-SXM4-80GB] }]
`,
    )
    const { fleet } = loadFleet(imported.fleetText ?? '', { file: 'fleet.yaml' })
    expect(fleet?.models[0]).toMatchObject({
      hardware: { gpu: 'a100-80gb' },
      placement: {
        nodeAffinity: [{ key: 'nvidia.com/gpu.product', values: ['NVIDIA-A100-SXM4-80GB'] }],
        tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
      },
    })
    expect(imported.report.needsYou).toEqual([])
  })
})

// proves A9 (real part)
describe('what a Fleet has no place for', () => {
  it('is told of a Service: fixed ports of nodes, load balancers, annotations', () => {
    const { imported } = importText(
      'deploy.yaml',
      `${pod('      priorityClassName: high')}---
apiVersion: v1
kind: Service
metadata: { name: chat, annotations: { metallb.universe.tf/address-pool: lab } }
spec: { type: LoadBalancer, loadBalancerIP: 10.0.0.4, ports: [{ port: 80, targetPort: 8000, nodePort: 30080 }] }
`,
    )
    expect(imported.report.needsYou.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['nodePort: 30080', 'loadBalancerIP: 10.0.0.4', 'metallb.universe.tf/address-pool: lab']),
    )
  })

  it('is told once of a template expression, whatever blanks and pipes it has', () => {
    const { imported } = importText(
      'deploy.sh',
      'vllm serve owner/name --max-model-len {{ .Values.length | default 8192 }} --max-num-seqs 4\n',
    )
    expect(imported.report.kept.map(({ what }) => what)).toContain('--max-num-seqs 4')
    expect(imported.report.needsYou.filter(({ what }) => what.includes('length'))).toHaveLength(1)
  })
})
