import { describe, expect, it } from 'vitest'
import { fleetSchema } from '../../../fleet/index.ts'
import type { KubernetesObject, LiveObject, ObjectRef } from '../../../kubernetes/index.ts'
import type { SecretState } from '../../contract.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { refOf } from '../objects/object-names.ts'
import { engineLabels, live } from '../testing/pods.ts'
import { decide } from './decide.ts'
import type { DecideFor } from './decision.ts'
import { neededSecretsOf } from '../secrets/needed-secrets.ts'
import type { ObservedFleet, ObservedObject, Verdict } from './observed.ts'

const fleet = fleetSchema.parse({
  name: 'lab',
  models: [{ name: 'llama', engine: 'simulated', replicas: 2, context: 4096 }],
})
const lines: Record<string, number> = { 'models[0].replicas': 5, 'models[0].context': 6, 'models[0].name': 3 }
const positionOf = (path: string) => (lines[path] === undefined ? undefined : { line: lines[path], column: 5 })
const context: DecideFor = { fleet, target: 'kubernetes', shownAs: 'lab.yaml', rendered: { positionOf } }

const ours = { ...engineLabels('llama'), 'app.kubernetes.io/managed-by': 'fairlead' }
const deployment = (spec: object, labels: Record<string, string> = ours): KubernetesObject & { spec: object } => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'lab-llama', namespace: 'llm', labels },
  spec,
})
const claim = (mode: string): KubernetesObject & { spec: object } => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'lab-llama-models', namespace: 'llm', labels: ours },
  spec: { accessModes: [mode] },
})
const stored = (object: KubernetesObject, managedFields: LiveObject['metadata']['managedFields'] = []): LiveObject =>
  live({
    ...object,
    metadata: { ...object.metadata, name: object.metadata.name ?? '', managedFields, resourceVersion: '7' },
  })
const taken = (
  object: KubernetesObject,
  conflicts: Extract<Verdict, { kind: 'taken' }>['conflicts'] = [],
): Verdict => ({
  kind: 'taken',
  result: stored(object),
  conflicts,
})

const inventoryOf = (objects: readonly ObjectRef[], state: Inventory['state'] = 'settled'): Inventory => ({
  fleet: 'lab',
  target: 'kubernetes',
  state,
  revision: 1,
  since: '2026-01-01T00:00:00Z',
  models: [],
  objects,
})

const observed = (objects: readonly ObservedObject[], part: Partial<ObservedFleet> = {}): ObservedFleet => ({
  namespace: 'llm',
  namespaceState: 'present',
  inventory: undefined,
  objects,
  applied: new Map(),
  leftovers: [],
  secrets: [],
  ...part,
})

const before = deployment({
  replicas: 1,
  template: { spec: { containers: [{ name: 'engine', image: 'e', command: ['serve', '--max-model-len', '2048'] }] } },
})
const after = deployment({
  replicas: 2,
  template: { spec: { containers: [{ name: 'engine', image: 'e', command: ['serve', '--max-model-len', '4096'] }] } },
})

const secret = (text: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', labels: ours },
  data: { key: text },
})

describe('decide', () => {
  it('says what mends a claim that would have to change how nodes mount it, which Kubernetes never does', () => {
    const message = 'spec: Forbidden: spec is immutable after creation except resources.requests'
    const verdict: Verdict = { kind: 'refused', reason: 'invalid', message }
    const wanted = claim('ReadWriteMany')
    const { blockers } = decide(observed([{ wanted, live: stored(claim('ReadWriteOnce')), verdict }]), context)
    expect(blockers.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(
        /a claim that is ReadWriteOnce never becomes ReadWriteMany: once its pods are gone, `kubectl delete persistentvolumeclaim lab-llama-models -n llm`/,
      ),
    ])
  })

  it('tells each field with the Fleet line that says it, and that pods restart', () => {
    const { actions, writes } = decide(
      observed([{ wanted: after, live: stored(before), verdict: taken(after) }]),
      context,
    )
    expect(writes).toMatchObject([{ verb: 'change', takesOver: false }])
    expect(actions).toMatchObject([
      {
        verb: 'change',
        subject: 'Deployment lab-llama',
        detail: '2 fields, replaces pods',
        restartsPods: true,
        fields: [
          { path: 'spec.replicas', before: 1, after: 2, cause: { path: 'models[0].replicas', line: 5 } },
          { path: 'spec.template.spec.containers[engine].command', cause: { path: 'models[0].context', line: 6 } },
        ],
      },
    ])
  })

  it('does not restart pods for a number of replicas', () => {
    const more = deployment({ ...before.spec, replicas: 2 })
    const { actions } = decide(observed([{ wanted: more, live: stored(before), verdict: taken(more) }]), context)
    expect(actions).toMatchObject([{ restartsPods: false }])
  })

  it('writes nothing where nothing differs', () => {
    const { actions, writes } = decide(
      observed([{ wanted: after, live: stored(after), verdict: taken(after) }]),
      context,
    )
    expect({ actions, writes }).toEqual({ actions: [], writes: [] })
  })

  const key = 'apps Deployment llm lab-llama'
  const edited = stored(deployment({ ...after.spec, replicas: 9 }), [
    { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  ])
  const conflict = { field: 'spec.replicas', message: 'conflict', manager: 'kubectl' }

  it.each([
    ['a field that was applied so and is otherwise now a drift', [conflict], {}, [['drift', true]]],
    ['the same, forced, no obstacle', [conflict], { forceConflicts: true }, [['drift', undefined]]],
  ])('calls %s', (_, conflicts, options, expected) => {
    const state = observed([{ wanted: after, live: edited, verdict: taken(after, conflicts) }], {
      inventory: inventoryOf([refOf(after)]),
      applied: new Map([[key, after]]),
    })
    const { actions } = decide(state, { ...context, ...options })
    expect(actions.map(({ verb, blocks }) => [verb, blocks])).toEqual(expected)
    expect(actions[0]?.fields).toMatchObject([{ path: 'spec.replicas', before: 9, after: 2, manager: 'kubectl' }])
  })

  it('calls a field of another manager that was never ours a conflict', () => {
    const state = observed([{ wanted: after, live: edited, verdict: taken(after, [conflict]) }], {
      inventory: inventoryOf([refOf(after)]),
      applied: new Map([[key, deployment({ replicas: 1 })]]),
    })
    expect(decide(state, context).blockers).toMatchObject([
      { verb: 'conflict', detail: 'managed by kubectl: spec.replicas; --force-conflicts takes it over' },
    ])
  })

  it('calls nothing a drift after an apply that was interrupted: it may have been that', () => {
    const state = observed([{ wanted: after, live: stored(before), verdict: taken(after) }], {
      inventory: inventoryOf([refOf(after)], 'applying'),
      applied: new Map([[key, after]]),
    })
    expect(decide(state, context).actions.map(({ verb }) => verb)).toEqual(['change'])
  })

  it('takes fields over that `fairlead scale` set, without being forced', () => {
    const own = [{ ...conflict, manager: 'fairlead-scale' }]
    const { blockers, writes } = decide(
      observed([{ wanted: after, live: edited, verdict: taken(after, own) }]),
      context,
    )
    expect(blockers).toEqual([])
    expect(writes).toMatchObject([{ takesOver: true }])
  })

  it.each([
    ['monitoring.coreos.com/v1', 'PodMonitor', undefined],
    ['leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', true],
    ['serving.kserve.io/v1beta1', 'InferenceService', true],
    ['example.org/v1', 'Thing', true],
  ])('says what installs %s %s, and whether the Fleet runs without it', (apiVersion, kind, blocks) => {
    const wanted = { apiVersion, kind, metadata: { name: 'x', namespace: 'llm' } }
    const { actions, inventory } = decide(
      observed([{ wanted, live: undefined, verdict: { kind: 'unserved' } }]),
      context,
    )
    expect(actions).toMatchObject([{ verb: 'unserved', detail: expect.stringContaining('install ') }])
    expect(actions[0]?.blocks).toBe(blocks)
    expect(inventory).toEqual([])
  })

  it.each([
    ['a Deployment of ours', 'Deployment', ours, {}, ['prune', [], 1]],
    ['a claim', 'PersistentVolumeClaim', ours, {}, ['keep', ['x'], 0]],
    ['a claim that may go', 'PersistentVolumeClaim', ours, { pruneVolumes: true }, ['prune', [], 1]],
    ['what became another’s', 'Service', { 'app.kubernetes.io/managed-by': 'Helm' }, {}, ['keep', [], 0]],
    ['a namespace', 'Namespace', ours, {}, [undefined, ['x'], 0]],
  ])('decides about %s that the Fleet no longer names', (_, kind, labels, options, expected) => {
    const object = stored({ apiVersion: 'v1', kind, metadata: { name: 'x', labels } })
    const state = observed([], { leftovers: [{ ref: refOf(object), live: object }] })
    const { actions, retained, prunes } = decide(state, { ...context, ...options })
    expect([actions[0]?.verb, retained.map(({ name }) => name), prunes.length]).toEqual(expected)
  })

  it('never shows what is in a Secret', () => {
    const { actions } = decide(
      observed([{ wanted: secret('new'), live: stored(secret('old')), verdict: taken(secret('new')) }]),
      context,
    )
    expect(actions[0]?.fields).toMatchObject([{ path: 'data.key', before: '(secret)', after: '(secret)' }])
  })

  it('stops where a key of a Secret is absent, with the field that refers to it and the command that sets it', () => {
    const secret: SecretState = {
      name: 'HF_TOKEN',
      kind: 'value',
      place: 'key HF_TOKEN of Secret lab-secrets in namespace llm',
      object: { namespace: 'llm', name: 'lab-secrets', key: 'HF_TOKEN' },
      uses: [{ path: 'models[0].token', line: 4, readers: ['llama'], pickup: 'restart' }],
      isRead: true,
      state: 'absent',
      detail: 'there is no Secret lab-secrets in namespace llm',
    }
    expect(decide(observed([], { secrets: [secret] }), context).blockers).toMatchObject([
      {
        verb: 'missing',
        subject: 'Secret lab-secrets',
        detail:
          'there is no Secret lab-secrets in namespace llm, and models[0].token (line 4) of lab.yaml refers to it; fairlead secrets set HF_TOKEN lab.yaml --target kubernetes',
      },
    ])
    const present: SecretState = { ...secret, state: 'present' }
    const unused: SecretState = { ...secret, state: 'unused' }
    expect(decide(observed([], { secrets: [present, unused] }), context).actions).toEqual([])
    const unknown = decide(observed([], { secrets: [{ ...secret, state: 'unknown' }] }), context)
    expect(unknown.blockers).toEqual([])
    expect(unknown.actions).toMatchObject([{ verb: 'warn', detail: expect.stringContaining('pods of llama wait') }])
  })

  it.each(['absent', 'terminating'] as const)('stops where the namespace is %s', (namespaceState) => {
    expect(decide(observed([], { namespaceState }), context).blockers).toMatchObject([{ subject: 'Namespace llm' }])
  })
})

describe('neededSecretsOf', () => {
  it('finds variables, volumes and projected volumes, and leaves out what is optional or rendered', () => {
    const pod = {
      containers: [
        {
          name: 'engine',
          env: [
            { name: 'A', valueFrom: { secretKeyRef: { name: 'one', key: 'a' } } },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'two', key: 'b', optional: true } } },
          ],
        },
      ],
      volumes: [
        { name: 'v', secret: { secretName: 'three' } },
        { name: 'p', projected: { sources: [{ secret: { name: 'one', items: [{ key: 'c', path: 'c' }] } }] } },
        { name: 'r', secret: { secretName: 'rendered' } },
      ],
    }
    const rendered = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rendered', namespace: 'llm' } }
    expect(neededSecretsOf([deployment({ template: { spec: pod } }), rendered], 'llm')).toEqual([
      { namespace: 'llm', name: 'one', keys: ['a', 'c'], by: ['Deployment lab-llama'] },
      { namespace: 'llm', name: 'three', keys: [], by: ['Deployment lab-llama'] },
    ])
  })
})
