import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import type { ClusterClient } from '../../kubernetes/index.ts'
import type { ApplyContext, PlannedAction, Target } from '../../targets/index.ts'
import { EventRecorder } from '../events/index.ts'
import type { FleetObject } from '../fleet-object/index.ts'
import { createFakeClock } from '../testing/fake-clock.ts'
import { Reconciler, type Need } from './index.ts'

const finalizers = ['fairlead.dev/fleet']
const fleet: FleetObject = {
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Fleet',
  metadata: { name: 'lab', namespace: 'llm', uid: 'u-1', resourceVersion: '7', generation: 1, finalizers },
  spec: { access: { anonymous: true }, models: [{ name: 'tiny', engine: 'simulated' }] },
  status: { observedGeneration: 1 },
}
const drifted: PlannedAction = {
  verb: 'drift',
  subject: 'Deployment lab-tiny',
  detail: '',
  fields: [{ path: 'spec.replicas', before: 3, after: 1 }],
  blocks: true,
}
const gone: PlannedAction = { verb: 'create', subject: 'Service lab', detail: '' }
const foreign: PlannedAction = { verb: 'conflict', subject: 'ConfigMap lab', detail: '', blocks: true }
const blocked = new UserError({ what: 'Something is in the way', mend: 'Remove it.' })

/** A reconciler over a target that plans and carries out what it is told, and what comes of it. */
function openReconciler(plans: {
  readonly before: readonly PlannedAction[]
  readonly carriedOut: readonly PlannedAction[]
}) {
  const clock = createFakeClock()
  const applied: (boolean | undefined)[] = []
  const repairs: number[] = []
  const notes: string[] = []
  const client = {
    get: async () => fleet,
    apply: async () => fleet,
    create: async ({ reason, note }: { readonly reason: string; readonly note: string }) => {
      if (reason === 'DriftRepaired') notes.push(note)
      return fleet
    },
  } as unknown as ClusterClient
  const target = {
    name: 'kubernetes',
    plan: async () => ({ actions: plans.before, hasChanges: true }),
    apply: async (_source: unknown, { options, onPlan }: ApplyContext) => {
      const isForced = options?.forceConflicts === true
      applied.push(isForced)
      const inTheWay = plans.carriedOut.some(({ verb, blocks }) => blocks === true && !(isForced && verb === 'drift'))
      if (inTheWay) throw blocked
      onPlan?.(plans.carriedOut)
    },
    status: async () => ({ gateway: null, pools: [] }),
  } as unknown as Target
  const reconciler = new Reconciler({
    client,
    targetIn: async () => target,
    targets: ['kubernetes'],
    clock,
    events: new EventRecorder(client, clock, 'pod-1', (error) => expect.fail(String(error))),
    scalers: {
      prepare: async () => undefined,
      follow: async () => undefined,
      isFollowed: () => false,
      forget: async () => undefined,
      claimOf: () => undefined,
    },
    environment: {},
    offline: true,
    onFault: (error) => expect.fail(String(error)),
    onRepair: (objects) => repairs.push(objects),
  })
  const reconcile = (...needs: Need[]) => reconciler.reconcile('llm/lab', new Set(needs), new AbortController().signal)
  return { reconcile, applied, repairs, notes }
}

describe('Reconciler', () => {
  it('puts back by force what somebody else owns now, and tells of it', async () => {
    const { reconcile, applied, repairs, notes } = openReconciler({ before: [drifted], carriedOut: [drifted, gone] })
    expect((await reconcile('repair')).result).toBe('applied')
    expect([applied, repairs]).toEqual([[true], [2]])
    expect(notes).toEqual([
      'Puts back what somebody else changed: Deployment lab-tiny (spec.replicas), Service lab (gone)',
    ])
  })

  it('tells of what goes between a look and the repair', async () => {
    const { reconcile, applied, repairs } = openReconciler({ before: [], carriedOut: [gone] })
    await reconcile('repair')
    expect([applied, repairs]).toEqual([[false], [1]])
  })

  it('takes nothing over by force that never was the Fleet’s', async () => {
    const actions = [drifted, foreign]
    const { reconcile, applied, repairs } = openReconciler({ before: actions, carriedOut: actions })
    expect((await reconcile('repair')).result).toBe('failed')
    expect([applied, repairs]).toEqual([[false], []])
  })

  it('tells of no repair where only a new Fleet is applied', async () => {
    const { reconcile, applied, repairs } = openReconciler({ before: [gone], carriedOut: [gone] })
    await reconcile('apply')
    expect([applied, repairs]).toEqual([[false], []])
  })
})
