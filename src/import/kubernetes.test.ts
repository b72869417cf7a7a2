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
