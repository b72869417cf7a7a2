import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterClient, KubernetesObject } from '../../../src/kubernetes/index.ts'
import type { Target } from '../../../src/operate/index.ts'
import { until } from '../../harness/until.ts'
import { startController } from '../controller/controllers.ts'
import { FleetsOf } from '../controller/fleets.ts'
import { installFleetDefinition, removeFleetDefinition } from '../harness/fleet-definition.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operator.ts'

const cluster = useCluster()
const name = 'podmonitors.monitoring.coreos.com'
const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`
const served = '/apis/monitoring.coreos.com/v1/podmonitors'

let client: ClusterClient
let target: Target
/** The definition as it was. */
let definition: KubernetesObject | undefined

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectAs(cluster)
  target = targetOver(client)
  const { body } = await cluster.client.get(path)
  const { apiVersion, kind, spec } = body as unknown as KubernetesObject & { readonly spec: object }
  definition = { apiVersion, kind, metadata: { name }, spec } as KubernetesObject
})
// The other files have it too.
afterEach(() => (definition === undefined ? undefined : install()))
afterAll(() => client?.close())

const untilAnswered = (status: number) =>
  until(
    async () => (await cluster.client.get(served)).status === status,
    () => `${served} is not answered ${status}`,
    120_000,
  )

async function install(): Promise<void> {
  await cluster.client.apply(`${path}?fieldManager=test&force=true`, definition)
  await untilAnswered(200)
}

async function remove(): Promise<void> {
  await cluster.client.delete(path)
  await until(
    async () => (await cluster.client.get(path)).status === 404,
    () => 'the definition is still there',
    120_000,
  )
  await untilAnswered(404)
}

/** A Fleet with a PodMonitor. */
const monitored = (namespace: string) =>
  sourceOf(smallFleet({ name: 'gone', namespace }).replace('monitoring: none', 'monitoring: operator'))

/** A client that does something before the first PodMonitor is written for real. */
const beforeMonitor = (act: () => Promise<void>): ClusterClient => {
  let isDone = false
  return new Proxy(client, {
    get(base, property) {
      const value: unknown = Reflect.get(base, property)
      if (typeof value !== 'function') return value
      if (property !== 'apply') return value.bind(base)
      return async (object: KubernetesObject, options: { readonly dryRun?: boolean } = {}) => {
        if (object.kind === 'PodMonitor' && options.dryRun !== true && !isDone) {
          isDone = true
          await act()
        }
        return base.apply(object, options)
      }
    },
  })
}

// proves B7 (real part)
describe('a definition that is deleted', () => {
  it('between plan and apply is told by its name, and the next apply goes without it, or with it again', async () => {
    const namespace = 'undefined'
    const source = monitored(namespace)
    const cut = targetOver(beforeMonitor(remove)).apply(source, contextOf())
    await expect(cut).rejects.toMatchObject({
      parts: { what: 'The cluster has no PodMonitor of monitoring.coreos.com/v1' },
    })
    await target.apply(source, contextOf())
    const { actions } = await target.plan(source, {})
    expect([...new Set(actions.map(({ verb }) => verb))]).toEqual(['unserved'])
    await install()
    await until(
      async () => (await target.plan(source, {})).actions.some(({ verb }) => verb === 'create'),
      () => 'the kind is not noticed',
      120_000,
    )
    await target.apply(source, contextOf())
    expect((await target.plan(source, {})).hasChanges).toBe(false)
  })

  it('while the controller follows it disturbs no Fleet, and what is missing is back with it', async () => {
    const namespace = 'undefined-watched'
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    await installFleetDefinition(cluster.client)
    const fleets = new FleetsOf(() => cluster.client, namespace)
    const controller = await startController(cluster.kubeconfig, { namespace })
    const spec = { access: { anonymous: true }, models: [{ name: 'tiny', engine: 'simulated' }] }
    const hasMonitor = () => fleets.has('monitoring.coreos.com/v1', 'podmonitors', 'lab-engine')
    try {
      await fleets.apply('lab', spec)
      await fleets.untilRevision('lab', 1)
      const { body } = await cluster.client.get(fleets.path('monitoring.coreos.com/v1', 'podmonitors', ''))
      expect((body['items'] as readonly unknown[]).length).toBeGreaterThan(0)
      await remove()
      // A change meanwhile is applied as ever.
      await fleets.apply('lab', { ...spec, models: [{ name: 'tiny', engine: 'simulated', replicas: 2 }] })
      await fleets.until('the change is applied', async () => (await fleets.replicasOf('lab-tiny')) === 2)
      await fleets.untilCondition('lab', 'Degraded', 'False')
      await install()
      await fleets.until('what was missing is back', async () => {
        await fleets.apply(
          'lab',
          { ...spec, models: [{ name: 'tiny', engine: 'simulated', replicas: 2 }] },
          { at: String(Date.now()) },
        )
        return hasMonitor()
      })
      expect(controller.log()).not.toContain('a fault of the controller')
      await fleets.delete('lab')
      await fleets.untilGone('lab')
    } finally {
      await controller.stop()
      await fleets.forget()
      await removeFleetDefinition(cluster.client)
    }
  })
})
