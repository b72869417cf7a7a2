import { describe, expect, it } from 'vitest'
import { ClusterError, type ClusterClient, type LiveObject } from '../../kubernetes/index.ts'
import { createFakeClock } from '../testing/fake-clock.ts'
import { EventRecorder, type FleetEventText } from './index.ts'

const fleet: LiveObject = {
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Fleet',
  metadata: { name: 'lab', namespace: 'llm', uid: 'u-1', resourceVersion: '7' },
}
const applied: FleetEventText = { type: 'Normal', reason: 'Applied', action: 'Apply', note: '12 objects' }

/** A recorder, and what it asks of the API server. */
function openRecorder(fails = false) {
  const clock = createFakeClock()
  const asked: { verb: string; body: unknown }[] = []
  const errors: unknown[] = []
  const ask = (verb: string) => async (first: unknown, second?: unknown) => {
    asked.push({ verb, body: second ?? first })
    if (fails) throw new ClusterError({ reason: 'forbidden', message: 'no' })
    return fleet
  }
  const client = { create: ask('create'), patch: ask('patch') } as unknown as ClusterClient
  return { clock, asked, errors, recorder: new EventRecorder(client, clock, 'pod-1', (error) => errors.push(error)) }
}

describe('EventRecorder', () => {
  it('counts the same event in place of writing it again, and counts seldom', async () => {
    const { clock, asked, recorder } = openRecorder()
    for (let second = 0; second < 100; second += 1) {
      await recorder.record(fleet, applied)
      await clock.pass(1_000)
    }
    expect(asked.map(({ verb }) => verb)).toEqual(['create', 'patch', 'patch', 'patch', 'patch'])
    expect(asked[0]?.body).toMatchObject({ reason: 'Applied', regarding: { name: 'lab', uid: 'u-1' } })
    expect(asked[1]?.body).toMatchObject({ series: { count: 2 } })
  })

  it('writes another event for another word, and the same one again after a while', async () => {
    const { clock, asked, recorder } = openRecorder()
    await recorder.record(fleet, applied)
    await recorder.record(fleet, { ...applied, note: '13 objects' })
    await clock.pass(400_000)
    await recorder.record(fleet, applied)
    expect(asked.map(({ verb }) => verb)).toEqual(['create', 'create', 'create'])
  })

  it('lets no object fill the cluster with events', async () => {
    const { asked, recorder } = openRecorder()
    for (let count = 0; count < 1_000; count += 1)
      await recorder.record(fleet, { ...applied, note: `${count} objects` })
    expect(asked.length).toBe(25)
  })

  it('goes on where an event cannot be written', async () => {
    const { errors, recorder } = openRecorder(true)
    await recorder.record(fleet, applied)
    expect(errors).toHaveLength(1)
  })
})
