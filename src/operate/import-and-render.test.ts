import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadFleet, requireFleet, type TargetName } from '../fleet/index.ts'
import { anyDeployment, deploymentManifests, type WantedDeployment } from '../import/testing/any-deployment.ts'
import { deploymentNames, importText, readDeployment } from '../import/testing/deployments.ts'
import { makePlan } from '../plan/index.ts'
import { findRenderer, isObject } from '../targets/index.ts'

type Json = Readonly<Record<string, unknown>>

/** What a target renders of a Fleet that was imported, as plain objects. */
function rendered(fleetText: string, target: TargetName): { objects: Json[]; all: string; errors: string[] } {
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml' }))
  const renderer = findRenderer(target)
  if (renderer === undefined) throw new Error(`${target} is not rendered`)
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true }
  const { artifacts, notes } = renderer.render(makePlan(fleet, { target }), options)
  const objects = artifacts.filter(isObject).map(({ object }) => object as unknown as Json)
  const errors = notes.filter(({ severity }) => severity === 'error').map(({ path, message }) => `${path}: ${message}`)
  return { objects, all: JSON.stringify(artifacts), errors }
}

const ofKind = (objects: readonly Json[], kind: string) => objects.filter((object) => object['kind'] === kind)

const probe = ({ periodSeconds, timeoutSeconds, failureThreshold }: WantedDeployment['liveness']) => ({
  httpGet: { path: '/health' },
  periodSeconds,
  timeoutSeconds,
  failureThreshold,
})

/** The labels of `app` become those of Fairlead; everything else of the pod stays. */
const podOf = (wanted: WantedDeployment) => ({
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
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
    },
  },
  containers: [
    {
      image: expect.stringContaining('vllm/vllm-openai:v0.30.0') as string,
      resources: {
        limits: { 'nvidia.com/gpu': String(wanted.gpus), memory: `${wanted.memoryGi}Gi` },
        requests: { cpu: String(wanted.cpu), memory: `${wanted.memoryGi}Gi` },
      },
      livenessProbe: probe(wanted.liveness),
      readinessProbe: probe(wanted.readiness),
      startupProbe: probe(wanted.startup),
    },
  ],
})

describe('a deployment that is imported and rendered again', () => {
  // proves A9 (real part)
  it('has the model, GPUs, context, replicas, port, quota, probes and affinity that it had, on Kubernetes', () => {
    fc.assert(
      fc.property(anyDeployment, (wanted) => {
        const { imported } = importText('deploy.yaml', deploymentManifests(wanted))
        const { objects, errors } = rendered(imported.fleetText ?? '', 'kubernetes')
        expect(errors).toEqual([])
        const engines = ofKind(objects, 'Deployment').find((object) => JSON.stringify(object).includes('vllm-openai'))
        expect(engines).toMatchObject({
          metadata: { namespace: wanted.namespace },
          spec: { replicas: wanted.replicas, template: { spec: podOf(wanted) } },
        })
        const line = JSON.stringify(engines)
        expect(line).toContain('"owner/name"')
        expect(line).toContain(`"${wanted.context}"`)
        expect(/"--tensor-parallel-size","(\d+)"/.exec(line)?.[1] ?? '1').toBe(String(wanted.gpus))
        expect(line).toContain(`"sizeLimit":"${wanted.sharedGi}Gi"`)
        const service = ofKind(objects, 'Service').find(({ metadata }) => (metadata as Json)['name'] === wanted.service)
        expect(service).toMatchObject({
          metadata: { namespace: wanted.namespace },
          spec: { sessionAffinity: 'ClientIP', ports: [{ port: wanted.port }] },
        })
        const hard = Object.assign({}, ...ofKind(objects, 'ResourceQuota').map(({ spec }) => (spec as Json)['hard']))
        expect(hard).toMatchObject({
          'requests.nvidia.com/gpu': String(wanted.quotaGpus),
          pods: String(wanted.quotaPods),
        })
      }),
      { numRuns: 25 },
    )
  })
})

describe.each(deploymentNames)('%s, imported and rendered again', (name) => {
  const { imported } = readDeployment(name)
  const fleetText = imported.fleetText ?? ''
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml' }))
  const target = fleet.targets.default

  // proves A9 (real part)
  it('is what its own target takes, with every model in it', () => {
    const { all, errors } = rendered(fleetText, target === 'local' ? 'kubernetes' : target)
    expect(errors).toEqual([])
    for (const { source = '' } of fleet.models) expect(all).toContain(source.replace(/^\w+:\/\//, ''))
  })
})
