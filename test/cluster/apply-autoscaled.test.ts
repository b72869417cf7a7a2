import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterClient } from '../../src/kubernetes/index.ts'
import { ClusterScaler } from '../../src/operate/autoscale/index.ts'
import type { FleetSource, Target } from '../../src/operate/index.ts'
import { useCluster } from './harness/use-cluster.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operate/operator.ts'

const cluster = useCluster()
const namespace = 'left-alone'
let client: ClusterClient
let target: Target

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectAs(cluster, namespace)
  target = targetOver(client)
})
afterAll(() => client?.close())

/** A Fleet with a model between bounds, or with a fixed number. */
const fleet = (fields: string): FleetSource =>
  sourceOf(smallFleet({ namespace, name: 'lab', fields: [] }).replace('replicas: 1', fields))
const between = (min: number, max: number) => fleet(`minReplicas: ${min}\n    maxReplicas: ${max}`)
const workload = () => client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'lab-small' })
const replicas = async () => ((await workload())?.['spec'] as { readonly replicas?: number } | undefined)?.replicas
const ownersOfReplicas = async () =>
  ((await workload())?.metadata.managedFields ?? [])
    .filter(
      ({ fieldsV1 }) =>
        JSON.stringify(fieldsV1).includes('f:replicas') && !JSON.stringify(fieldsV1).includes('f:readyReplicas'),
    )
    .map(({ manager }) => manager)

/** Sets the number as whoever leads does. */
async function scaleTo(source: FleetSource, count: number): Promise<void> {
  const signal = new AbortController().signal
  const scaler = new ClusterScaler({ client, namespace, fleet: () => source.fleet, readLoad: async () => null, signal })
  await scaler.counts()
  await scaler.scale({ model: 'small', role: 'both' }, count)
}

// proves B7, B11 (real part)
describe('applying a Fleet that Fairlead scales', () => {
  it('begins with the least and leaves what has become of it, until the Fleet says a number again', async () => {
    const source = between(2, 5)
    await target.apply(source, contextOf())
    expect(await replicas()).toBe(2)
    expect(await ownersOfReplicas()).toEqual(['fairlead'])

    await scaleTo(source, 4)
    expect(await target.plan(source, {})).toEqual({ actions: [], hasChanges: false })
    await target.apply(source, contextOf())
    await target.apply(between(1, 6), contextOf())
    expect(await replicas()).toBe(4)
    expect(await ownersOfReplicas()).toEqual(['fairlead-autoscale'])

    const { actions } = await target.plan(fleet('replicas: 3'), {})
    expect(
      actions.flatMap(({ fields = [] }) => fields.map(({ path, before, after }) => [path, before, after])),
    ).toContainEqual(['spec.replicas', 4, 3])
    await target.apply(fleet('replicas: 3'), contextOf())
    expect(await replicas()).toBe(3)
    expect(await ownersOfReplicas()).toEqual(['fairlead'])
  })

  it('keeps what ran when a fixed number becomes bounds, and stays within them', async () => {
    await target.apply(fleet('replicas: 3'), contextOf())
    await target.apply(between(1, 5), contextOf())
    expect(await replicas()).toBe(3)
    await target.apply(between(0, 2), contextOf())
    expect(await replicas()).toBe(2)
    expect(await target.plan(between(0, 2), {})).toEqual({ actions: [], hasChanges: false })
  })

  it('leaves what somebody scales by hand, and the verb says who goes on', async () => {
    const source = between(0, 4)
    await target.apply(source, contextOf())
    const scaled = await target.scale('lab', { model: 'small', replicas: 4 }, contextOf())
    expect(scaled).toMatchObject({ after: 4, note: expect.stringContaining('between 0 and 4') })
    await cluster.kubectl('-n', namespace, 'scale', 'deployment', 'lab-small', '--replicas=1')
    await target.apply(source, contextOf())
    expect(await replicas()).toBe(1)
    await expect(target.scale('lab', { model: 'small', replicas: 5 }, contextOf())).rejects.toMatchObject({
      parts: { what: 'small follows its load between 0 and 4 replicas, and 5 is more' },
    })
    expect(await replicas()).toBe(1)
  })
})
