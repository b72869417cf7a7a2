import { expect, it } from 'vitest'
import { ClusterError, type ClusterClient, type KubernetesObject } from '../../../kubernetes/index.ts'
import { loadCanary, recordOf, updateCanary } from './record.ts'

const tried = { fleetText: 'name: lab', objects: [], version: '1.0.0' }
const settings = {
  shares: [10, 50],
  replicas: 1,
  stepMs: 1_000,
  fewestRequests: 10,
  moreErrors: 0.05,
  slower: 2,
  promotes: true,
}

/** An API server that holds the record of one trial, and refuses a patch of a version that is no longer the newest. */
function serverOf(state: KubernetesObject, beforePatch: () => Promise<unknown> = () => Promise.resolve()) {
  let { data } = state as KubernetesObject & { data: { state: string } }
  let version = 1
  const get = () => Promise.resolve({ ...state, metadata: { ...state.metadata, resourceVersion: `${version}` }, data })
  const patch = async (_ref: object, body: { metadata: { resourceVersion: string }; data: typeof data }) => {
    await beforePatch()
    if (body.metadata.resourceVersion !== `${version}`) {
      throw new ClusterError({ reason: 'conflict', status: 409, message: 'modified', fields: [] })
    }
    data = body.data
    version += 1
    return get()
  }
  return { get, patch } as unknown as ClusterClient
}

const begun = () => {
  const { objects } = recordOf('lab', 'llm', tried, { models: [], settings, step: 0, phase: 'watched', reason: '' })
  const record = objects.find(({ metadata }) => metadata.name === 'lab-canary')
  if (record === undefined) throw new Error('a trial has no record')
  return record
}

it('is changed by two at once one after the other, and neither change is lost', async () => {
  let pausing: Promise<unknown> | undefined
  const other: ClusterClient = serverOf(begun(), () => {
    // While the first is on its way, somebody pauses; that one’s own patch is not held up.
    if (pausing !== undefined) return Promise.resolve()
    pausing = updateCanary(other, 'lab', 'llm', (state) => ({ ...state, phase: 'paused' }))
    return pausing
  })
  expect(await updateCanary(other, 'lab', 'llm', (state) => ({ ...state, step: state.step + 1 }))).toBe(true)
  expect(await loadCanary(other, 'lab', 'llm')).toMatchObject({ step: 1, phase: 'paused' })
})

it('stays as it is where the change is none any more', async () => {
  let isPaused = false
  const client: ClusterClient = serverOf(begun(), async () => {
    if (isPaused) return
    isPaused = true
    await updateCanary(client, 'lab', 'llm', (state) => ({ ...state, phase: 'paused' }))
  })
  const advance = updateCanary(client, 'lab', 'llm', (state) =>
    state.phase === 'paused' ? undefined : { ...state, step: state.step + 1 },
  )
  expect(await advance).toBe(false)
  expect(await loadCanary(client, 'lab', 'llm')).toMatchObject({ step: 0, phase: 'paused' })
})

it('tells of a refusal that is no conflict, and of a trial that is gone', async () => {
  const forbidding = serverOf(begun(), () =>
    Promise.reject(new ClusterError({ reason: 'forbidden', status: 403, message: 'no', fields: [] })),
  )
  await expect(updateCanary(forbidding, 'lab', 'llm', (state) => state)).rejects.toMatchObject({ reason: 'forbidden' })
  const empty = { get: () => Promise.resolve(undefined) } as unknown as ClusterClient
  expect(await updateCanary(empty, 'lab', 'llm', (state) => state)).toBe(false)
})
