import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'
import { startController, type RunningController } from './controller/controllers.ts'
import { cuttable } from './controller/cuttable-server.ts'
import { FleetsOf } from './controller/fleets.ts'
import { installFleetDefinition, removeFleetDefinition } from './harness/fleet-definition.ts'
import { writeKubeconfig } from './harness/kubeconfig.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()
const namespace = 'controlled'
const tiny = { name: 'tiny', engine: 'simulated' }
/** A Fleet that needs no Secret. */
const open = (...models: readonly object[]) => ({ access: { anonymous: true }, models })

const fleets = new FleetsOf(() => cluster.client, namespace)
const elsewhere = new FleetsOf(() => cluster.client, 'elsewhere')
const running: RunningController[] = []
async function start(kubeconfig = cluster.kubeconfig): Promise<RunningController> {
  const controller = await startController(kubeconfig, { namespace })
  running.push(controller)
  return controller
}

let world: World
beforeAll(async () => {
  world = await openWorld({ cache: 'shared' })
  if (cluster.kubeconfig === '') return
  await installFleetDefinition(cluster.client)
  for (const name of [namespace, 'elsewhere']) await cluster.client.post('/api/v1/namespaces', { metadata: { name } })
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((controller) => controller.stop()))
})
afterAll(async () => {
  await world.close()
  if (cluster.kubeconfig === '') return
  for (const each of [fleets, elsewhere]) await each.forget()
  await removeFleetDefinition(cluster.client)
})

// proves B10 (real part)
describe('the controller at a real API server', () => {
  it('applies a Fleet, says how it stands, puts back what is changed, follows a change, and removes all of it', async () => {
    const controller = await start()
    await fleets.apply('lab', open(tiny))
    await fleets.untilCondition('lab', 'Ready', 'False', 'Starting')
    expect((await fleets.get('lab'))?.metadata.finalizers).toEqual(['fairlead.dev/fleet'])
    expect(await fleets.haveDeploymentsReady()).toBe(2)
    await fleets.untilCondition('lab', 'Ready', 'True', 'Ready')
    expect(await fleets.get('lab')).toMatchObject({ status: { models: 1, readyModels: 1, observedGeneration: 1 } })

    // Somebody scales by hand what the Fleet says, and somebody else deletes a Service.
    await cluster.client.merge(fleets.path('apps/v1', 'deployments', 'lab-tiny'), { spec: { replicas: 3 } })
    await fleets.until('the drift is repaired', async () => (await fleets.replicasOf('lab-tiny')) === 1)
    await cluster.client.delete(fleets.path('v1', 'services', 'lab'))
    await fleets.until('the Service is back', () => fleets.has('v1', 'services', 'lab'))
    await fleets.until('the repairs are counted', async () =>
      /fairlead_controller_repaired_objects_total [2-9]/.test(await controller.metrics()),
    )

    await fleets.apply('lab', open({ ...tiny, replicas: 2 }, { name: 'other', engine: 'simulated' }))
    await fleets.until('the change is applied', async () => (await fleets.replicasOf('lab-tiny')) === 2)
    await fleets.until('the second model is there', () => fleets.has('apps/v1', 'deployments', 'lab-other'))
    await fleets.apply('lab', open({ ...tiny, replicas: 2 }))
    await fleets.until('it is pruned', async () => !(await fleets.has('apps/v1', 'deployments', 'lab-other')))

    await fleets.delete('lab')
    await fleets.untilGone('lab')
    expect(await fleets.haveDeploymentsReady()).toBe(0)
    expect(await fleets.has('v1', 'configmaps', 'lab-inventory')).toBe(false)
    const events = await cluster.kubectl('get', 'events', '-n', namespace, '-o', 'jsonpath={.items[*].reason}')
    expect(events.split(' ')).toEqual(expect.arrayContaining(['Starting', 'Ready', 'DriftRepaired', 'Removed']))
    expect([await controller.probe('/healthz'), await controller.probe('/readyz')]).toEqual([200, 200])
  })

  it('says what is wrong with a Fleet that the API server could not see through, and leaves what runs', async () => {
    await start()
    await fleets.apply('twice', open(tiny))
    await fleets.until('it is applied', () => fleets.has('apps/v1', 'deployments', 'twice-tiny'))
    await fleets.apply('twice', open(tiny, { name: 'small', engine: 'simulated', aliases: ['tiny'] }))
    const { message } = await fleets.untilCondition('twice', 'Degraded', 'True', 'InvalidFleet')
    expect(message).toBe(
      'spec.models[1].aliases[0]: "tiny" is taken by models[0].name: rename one of the two; clients ask by this name',
    )
    expect(await fleets.has('apps/v1', 'deployments', 'twice-tiny')).toBe(true)
    await fleets.delete('twice')
    await fleets.untilGone('twice')
  })

  it('gives a Fleet no power over other namespaces, nor over files of the controller', async () => {
    // A Fleet of the same name elsewhere, whose own controller does not look.
    const other = await startController(cluster.kubeconfig, { namespace: 'elsewhere' })
    await elsewhere.apply('outside', open(tiny))
    await elsewhere.until('it is applied', () => elsewhere.has('v1', 'configmaps', 'outside-inventory'))
    await elsewhere.untilCondition('outside', 'Ready', 'False', 'Starting')
    await other.stop()

    await start()
    await fleets.apply('outside', { ...open(tiny), targets: { kubernetes: { namespace: 'elsewhere' } } })
    const { message } = await fleets.untilCondition('outside', 'Ready', 'False', 'InvalidFleet')
    expect(message).toContain('A Fleet object runs in its own namespace')
    await fleets.apply('reader', open({ ...tiny, chat: { templateFile: '/etc/passwd' } }))
    await fleets.untilCondition('reader', 'Ready', 'False', 'InvalidFleet')
    for (const name of ['outside', 'reader']) {
      await fleets.delete(name)
      await fleets.untilGone(name)
    }
    expect(await elsewhere.has('apps/v1', 'deployments', 'outside-tiny')).toBe(true)
  })

  it('goes on when the API server was gone, with what changed meanwhile', async () => {
    const { server } = inject('cluster')
    if (server === undefined) throw new Error('there is no API server')
    const way = await cuttable(server.url)
    try {
      const controller = await start(writeKubeconfig(world.folder, 'cut', { ...server, url: way.url }))
      await fleets.apply('patient', open(tiny))
      await fleets.until('it is applied', () => fleets.has('apps/v1', 'deployments', 'patient-tiny'))
      way.cut()
      await fleets.apply('patient', open({ ...tiny, replicas: 4 }))
      await fleets.until('it leads no more', async () =>
        /fairlead_controller_leader 0/.test(await controller.metrics()),
      )
      expect(await fleets.replicasOf('patient-tiny')).toBe(1)
      way.mend()
      await fleets.until('it goes on', async () => (await fleets.replicasOf('patient-tiny')) === 4)
      await fleets.delete('patient')
      await fleets.untilGone('patient')
    } finally {
      await Promise.all(running.splice(0).map((controller) => controller.stop()))
      await way.close()
    }
  })

  it('is two: one leads, and when it is killed in the middle of an apply the other one completes it', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `model-${index}`)
    const place = ['--namespace', namespace, '--lease-namespace', namespace, '--kubeconfig', cluster.kubeconfig]
    const first = world.fairlead('controller', ...place, '--port', '0', '--offline')
    await until(
      () => first.output().includes('"leads"'),
      () => first.output(),
      180_000,
    )
    const second = await start()
    await fleets.apply('many', open(...names.map((name) => ({ name, engine: 'simulated' }))))
    await until(
      () => fleets.has('v1', 'configmaps', 'many-inventory'),
      () => first.output(),
      180_000,
    )
    expect(await second.metrics()).toMatch(/fairlead_controller_leader 0/)
    first.child.kill('SIGKILL')
    expect((await first.finished).signal).toBe('SIGKILL')
    for (const name of names) {
      await fleets.until(`${name} is there`, () => fleets.has('apps/v1', 'deployments', `many-${name}`))
    }
    await fleets.untilCondition('many', 'Ready', 'False', 'Starting')
    expect(await second.metrics()).toMatch(/fairlead_controller_leader 1/)
    const { body } = await cluster.client.get(fleets.path('v1', 'configmaps', 'many-inventory'))
    expect(JSON.parse((body['data'] as { facts: string }).facts)).toMatchObject({ state: 'settled', revision: 1 })
    await fleets.delete('many')
    await fleets.untilGone('many')
  })
})
