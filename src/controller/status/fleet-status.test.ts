import { describe, expect, it } from 'vitest'
import type { FleetStatus, PoolStatus } from '../../targets/index.ts'
import { conditionReason, statusOf, type FleetObjectStatus, type Outcome } from './index.ts'

const date = new Date('2026-05-01T10:00:00.123Z')
const later = new Date('2026-05-01T11:00:00Z')

const pool = (model: string, wanted: number, ready: number, role = 'both'): PoolStatus => ({
  model,
  role,
  wanted,
  ready,
  updated: ready,
  object: `Deployment lab-${model}`,
  version: null,
})

const applied = (pools: PoolStatus[], rest: Partial<FleetStatus> = {}): Outcome => ({
  kind: 'applied',
  target: 'kubernetes',
  models: [...new Set(pools.map(({ model }) => model))],
  found: {
    fleet: 'lab',
    target: 'kubernetes',
    running: true,
    gateway: { address: 'http://lab.llm:8080', admin: '', state: 'ready', lastError: null },
    replicas: [],
    pools,
    ...rest,
  },
})

const conditionsOf = ({ conditions = [] }: FleetObjectStatus) =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]))

describe('statusOf', () => {
  it('is ready when every model has its replicas, over all roles, and the gateway serves', () => {
    const status = statusOf(
      {},
      applied([pool('a', 2, 2), pool('b', 1, 1, 'prefill'), pool('b', 3, 3, 'decode')]),
      4,
      date,
    )
    expect(status).toMatchObject({
      observedGeneration: 4,
      models: 2,
      readyModels: 2,
      address: 'http://lab.llm:8080',
      modelStatus: [
        { name: 'a', replicas: 2, readyReplicas: 2 },
        { name: 'b', replicas: 4, readyReplicas: 4 },
      ],
    })
    expect(conditionsOf(status)).toEqual({
      Ready: 'True Ready',
      Progressing: 'False Complete',
      Degraded: 'False AsWanted',
    })
  })

  it('says what it waits for, and the first cause where there is one', () => {
    const problem = { subject: 'model b', reason: 'image-pull', what: 'the image does not exist' }
    const waiting = statusOf({}, applied([pool('a', 1, 1), pool('b', 2, 1)]), 1, date)
    expect(conditionsOf(waiting)).toEqual({
      Ready: 'False Starting',
      Progressing: 'True Starting',
      Degraded: 'False AsWanted',
    })
    expect(waiting.conditions?.[0]?.message).toBe('1 of 2 models are ready; b not yet.')
    const failing = statusOf({}, applied([pool('a', 1, 1), pool('b', 2, 1)], { problems: [problem] }), 1, date)
    expect(conditionsOf(failing)).toEqual({
      Ready: 'False ImagePull',
      Progressing: 'True Starting',
      Degraded: 'True ImagePull',
    })
    expect(failing.modelStatus?.[1]).toMatchObject({ message: 'the image does not exist' })
  })

  it('is not ready while the gateway is not', () => {
    const gateway = { address: '', admin: '', state: 'starting', lastError: null }
    const status = statusOf({}, applied([pool('a', 1, 1)], { gateway }), 1, date)
    expect(conditionsOf(status)['Ready']).toBe('False Starting')
  })

  it('keeps the time of a condition until its status changes', () => {
    const first = statusOf({}, applied([pool('a', 1, 0)]), 1, date)
    const same = statusOf(first, applied([pool('a', 2, 0)]), 2, later)
    expect(same.conditions?.[0]).toMatchObject({ lastTransitionTime: '2026-05-01T10:00:00Z', observedGeneration: 2 })
    const ready = statusOf(same, applied([pool('a', 1, 1)]), 2, later)
    expect(ready.conditions?.[0]).toMatchObject({ lastTransitionTime: '2026-05-01T11:00:00Z' })
  })

  it('does not take back that a Fleet serves because a look at it failed, and does when it is refused', () => {
    const ready = statusOf({}, applied([pool('a', 1, 1)]), 1, date)
    const failed = statusOf(ready, { kind: 'failed', reason: 'Unreachable', message: 'no answer' }, 2, later)
    expect(conditionsOf(failed)).toEqual({
      Ready: 'True Ready',
      Progressing: 'True Unreachable',
      Degraded: 'True Unreachable',
    })
    const refused = statusOf(
      ready,
      { kind: 'refused', reason: 'InvalidFleet', message: 'two models of one name' },
      2,
      later,
    )
    expect(conditionsOf(refused)).toEqual({
      Ready: 'False InvalidFleet',
      Progressing: 'False InvalidFleet',
      Degraded: 'True InvalidFleet',
    })
    // What was known of its models stays, since they go on serving.
    expect(refused.readyModels).toBe(1)
  })

  it('writes reasons as Kubernetes does', () => {
    expect(['image-pull', 'out-of-memory', 'x', ''].map(conditionReason)).toEqual([
      'ImagePull',
      'OutOfMemory',
      'X',
      'Unknown',
    ])
  })
})
