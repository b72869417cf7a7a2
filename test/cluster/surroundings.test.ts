import { describe, expect, it } from 'vitest'
import { isObject } from '../../src/targets/index.ts'
import { applyAll, takenAsTheyAre } from './harness/apply-all.ts'
import { exampleFleets, renderExample } from './harness/examples.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()

/** A Fleet with one model, as JSON, which is YAML too. */
const fleetOf = (settings: object, model: object = {}, target = 'kubernetes') =>
  JSON.stringify({
    name: 'lab',
    models: [
      {
        name: 'llama',
        engine: 'vllm',
        source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
        hardware: { gpu: 'l40s', gpus: 1 },
        ...model,
      },
    ],
    access: { keysFile: '/etc/fairlead/keys' },
    targets: { [target]: { namespace: 'lab', ...settings } },
  })
const host = 'chat.example.org'
const [full] = exampleFleets

const cases: readonly (readonly [what: string, fleet: string, target?: 'kserve' | 'llmd'])[] = [
  ['everything, by KEDA and by Kubernetes itself, behind Traefik', full?.[1] ?? ''],
  ['an Ingress of nginx', fleetOf({ ingress: { host, className: 'nginx', clusterIssuer: 'le' } })],
  ['the Gateway API', fleetOf({ ingress: { host, kind: 'gatewayApi', className: 'envoy', clusterIssuer: 'le' } })],
  ['annotations in place of an operator', fleetOf({ monitoring: 'annotations', quota: { 'requests.cpu': '64' } })],
  [
    'claims for GPUs, and a priority class',
    fleetOf({}, { hardware: { gpu: 'h100', gpus: 2, sharing: 'dra' }, placement: { priorityClass: 'lab-urgent' } }),
  ],
  [
    'claims for GPUs on target kserve',
    fleetOf({}, { hardware: { gpu: 'h100', gpus: 2, sharing: 'dra' } }, 'kserve'),
    'kserve',
  ],
  ['MIG slices', fleetOf({}, { hardware: { gpu: 'h100', gpus: 1, sharing: 'mig', migProfile: '3g.40gb' } })],
  ...(['kserve', 'llmd'] as const).map(
    (target) =>
      [
        `on target ${target}`,
        fleetOf(
          { ingress: { host, kind: 'gatewayApi', className: 'envoy', tlsSecret: 'own' }, gpuQuota: 2 },
          {},
          target,
        ),
        target,
      ] as const,
  ),
]

// proves B3, B6 (real part)
describe('what stands around workloads', () => {
  it.each(cases.map(([what, fleet, target]) => ({ what, fleet, target })))(
    'is taken by a real API server as it is, twice: $what',
    async ({ fleet, target }) => {
      const objects = renderExample(fleet, target)
        .artifacts.filter(isObject)
        .map(({ object }) => object)
      expect(await applyAll(cluster.client, objects, { namespace: 'lab' })).toEqual(takenAsTheyAre)
    },
  )
})
