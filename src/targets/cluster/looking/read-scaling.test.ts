import { expect, it } from 'vitest'
import { fakeCluster } from '../../../operate/doctor/testing/fake-cluster.ts'
import { writeInventory } from '../inventory/inventory.ts'
import { readScaling } from './read-scaling.ts'

const namespace = 'default'
const labels = (model: string) => ({
  'fairlead.dev/fleet': 'lab',
  'fairlead.dev/model': model,
  'fairlead.dev/role': 'both',
  'app.kubernetes.io/component': 'engine',
})
const deployment = (model: string, annotations: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `lab-${model}`, uid: model, namespace, labels: labels(model), annotations },
  spec: { replicas: 1 },
})
const byLoad = { 'fairlead.dev/autoscale': '0-3' }
const hpa = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'lab-b', namespace, labels: labels('b') },
  spec: { scaleTargetRef: { name: 'lab-b' } },
}
const service = (name: string, annotations: object) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: `lab-${name}`, uid: name, namespace, labels: labels(name), annotations },
  spec: {},
})
const objects = [
  deployment('a', byLoad),
  deployment('b'),
  deployment('c'),
  hpa,
  service('d', { 'serving.kserve.io/autoscalerClass': 'keda' }),
]
const inventory = writeInventory(
  {
    fleet: 'lab',
    target: 'kubernetes',
    state: 'settled',
    revision: 1,
    since: '2026-01-01T00:00:00Z',
    models: ['a', 'b', 'c', 'd'].map((name) => ({ name: `org/${name}`, label: name, engine: 'simulated' })),
    objects: objects.map(({ apiVersion, kind, metadata: { name } }) => ({ apiVersion, kind, name, namespace })),
  },
  namespace,
  '1',
)
const told = {
  model: 'org/a',
  role: 'both',
  replicas: 1,
  readyReplicas: 1,
  wantedReplicas: 2,
  askedReplicas: 2,
  minReplicas: 0,
  maxReplicas: 3,
  reason: 'requests',
  signal: { name: 'requests', value: 6, target: 4, replicas: 2 },
  heldBack: [],
  windows: { up: 0, down: 4_000, toZero: 6_000 },
  decidedAt: '2026-01-01T00:00:00.000Z',
}
const fleetObject = (status: object) => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Fleet',
  metadata: { name: 'lab', namespace },
  status,
})
const byOf = async (more: readonly object[], lacks: readonly string[] = []) => {
  const { others } = await readScaling(fakeCluster({ objects: [inventory, ...objects, ...more], lacks }), 'lab')
  return Object.fromEntries(others.map(({ model, by }) => [model, by]))
}

// proves B11 (real part)
it('tells what the status of a Fleet says of its decisions, and what keeps it from deciding', async () => {
  const conditions = [{ type: 'Autoscaling', reason: 'LoadUnknown', message: 'No gateway runs.' }]
  const object = fleetObject({ scaling: [told, { ...told, role: 'decode', reason: 'of tomorrow' }], conditions })
  const { pools, problem } = await readScaling(fakeCluster({ objects: [inventory, ...objects, object] }), 'lab')
  expect(problem).toBe('No gateway runs.')
  expect(pools).toMatchObject([
    {
      model: 'org/a',
      decision: { wanted: 2, current: 1, reason: 'requests', signals: [{ value: 6, target: 4 }] },
    },
  ])
  expect(await byOf([object])).not.toHaveProperty('org/a')
})

it('says who scales each model otherwise, with the command to look', async () => {
  expect(await byOf([])).toEqual({
    'org/a': { kind: 'no_controller', range: { min: 0, max: 3 }, replicas: 1 },
    'org/b': {
      kind: 'object',
      title: 'HorizontalPodAutoscaler lab-b',
      command: 'kubectl describe hpa lab-b -n default',
    },
    'org/c': { kind: 'nobody' },
    'org/d': { kind: 'platform', command: 'kubectl describe scaledobject lab-d-predictor -n default' },
  })
  const { 'org/a': a } = await byOf([fleetObject({})])
  expect(a).toMatchObject({ kind: 'controller', command: 'kubectl describe fleet lab -n default' })
})
