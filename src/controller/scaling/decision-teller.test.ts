import { expect, it } from 'vitest'
import type { ClusterClient } from '../../kubernetes/index.ts'
import type { PoolScaling } from '../../operate/scaling/index.ts'
import type { ToldScaling } from '../../targets/index.ts'
import { DecisionTeller } from './decision-teller.ts'

const ref = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Fleet', namespace: 'llm', name: 'lab' }

function poolWith(waiting: number, wanted: number, change?: PoolScaling['changes'][number]): PoolScaling {
  return {
    model: 'chat',
    role: 'both',
    min: 0,
    max: 3,
    upAfterMs: 0,
    downAfterMs: 4_000,
    toZeroAfterMs: 6_000,
    decision: {
      atMs: Date.UTC(2026, 0, 1),
      wanted,
      current: 1,
      asked: wanted,
      reason: wanted === 1 ? 'steady' : 'queue',
      signals: [
        { name: 'requests', value: 1, target: 4, replicas: 1 },
        { name: 'queue', value: waiting, target: 4, replicas: wanted },
      ],
      limits: [],
      load: null,
      replicas: { ready: 1, starting: 0, draining: 0 },
    },
    changes: change === undefined ? [] : [change],
    totals: {},
  }
}

/** A server that notes what it is told. */
function server(answer: () => Promise<unknown> = async () => ({})) {
  const told: (readonly ToldScaling[])[] = []
  const patch = async (_: unknown, { status }: { readonly status: { readonly scaling: readonly ToldScaling[] } }) => {
    told.push(status.scaling)
    return answer()
  }
  return { told, client: { patch } as unknown as ClusterClient }
}

// proves B11 (real part)
it('tells a change at once, what is new after half a minute, and what is the same never again', async () => {
  const { told, client } = server()
  const teller = new DecisionTeller(client, ref)
  await teller.tell([poolWith(1, 1)], false, 0)
  await teller.tell([poolWith(3, 1)], false, 2_000)
  expect(told).toHaveLength(1)
  const change = { atMs: Date.UTC(2026, 0, 1), from: 1, to: 2, reason: 'queue' } as const
  await teller.tell([poolWith(6, 2, change)], true, 4_000)
  expect(told.at(-1)).toMatchObject([
    {
      replicas: 1,
      wantedReplicas: 2,
      reason: 'queue',
      signal: { name: 'queue', value: 6, target: 4, replicas: 2 },
      lastChange: { at: '2026-01-01T00:00:00.000Z', from: 1, to: 2, reason: 'queue' },
    },
  ])
  await teller.tell([poolWith(6, 2, change)], false, 60_000)
  await teller.tell([poolWith(5, 2, change)], false, 60_000)
  expect(told).toHaveLength(3)
})

it('keeps the last change that another leader told, and does not press a server that refuses', async () => {
  const { told, client } = server(() => Promise.reject(new Error('no such field')))
  const lastChange = { at: '2026-01-01T00:00:00.000Z', from: 0, to: 1, reason: 'wake' } as const
  const before = { model: 'chat', role: 'both', lastChange } as unknown as ToldScaling
  const teller = new DecisionTeller(client, ref, [before])
  await expect(teller.tell([poolWith(1, 1)], false, 0)).rejects.toThrow('no such field')
  await teller.tell([poolWith(1, 1)], false, 2_000)
  expect(told).toMatchObject([[{ lastChange }]])
})
