import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { ClusterClient } from '../../../src/kubernetes/index.ts'
import type { Target } from '../../../src/operate/index.ts'
import { until } from '../../harness/until.ts'
import { openWorld, repository, type Finished, type World } from '../../harness/world.ts'
import { writeKubeconfig } from '../harness/kubeconfig.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { countingServer, type CountingServer } from './counting-server.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operator.ts'

const cluster = useCluster()
let world: World
let way: CountingServer
let kubeconfig = ''
let client: ClusterClient
let target: Target

beforeAll(async () => {
  const { server } = inject('cluster')
  if (server === undefined) return
  world = await openWorld({ cache: 'shared' })
  way = await countingServer(server)
  kubeconfig = writeKubeconfig(world.folder, 'counted', { ...server, url: way.url })
  client = await connectAs(cluster)
  target = targetOver(client)
})
afterAll(async () => {
  if (kubeconfig === '') return
  await world.close()
  await way.close()
  await client.close()
})

const leaseOf = (namespace: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace,
  name: 'killed-apply',
})
const fleetOf = (namespace: string, models: string) => smallFleet({ name: 'killed', namespace, models })

/** Runs `fairlead apply`, killed at its n-th change; what became of it, and how many changes it asked for. */
async function applyAndDie(
  namespace: string,
  models: string,
  n: number,
  when: 'before' | 'after',
): Promise<Finished & { readonly changes: number }> {
  const file = await world.write(`${namespace}.yaml`, fleetOf(namespace, models))
  const program = join(repository, 'bin', 'fairlead.js')
  const args = [program, 'apply', file, '--target', 'kubernetes', '--no-wait', '--no-smoke', '--offline']
  way.dieAt(n, when, () => running.child.kill('SIGKILL'))
  const running = world.start(process.execPath, args, { environment: { KUBECONFIG: kubeconfig } })
  return { ...(await running.finished), changes: way.changes }
}

/** Applies a Fleet from here, and holds the cluster to it. */
async function converge(namespace: string, models: string): Promise<void> {
  const source = sourceOf(fleetOf(namespace, models))
  await target.apply(source, contextOf())
  expect((await target.plan(source, {})).hasChanges).toBe(false)
  const { items } = await client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace })
  const wanted = ['gateway', ...models.split(',')].map((name) => `killed-${name}`).toSorted()
  expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual(wanted)
  expect(await client.get(leaseOf(namespace))).toBeUndefined()
}

// proves B7 (real part)
describe('an apply that is killed', () => {
  it('at any of its changes leaves what the next apply completes at once, or gives up for another Fleet', async () => {
    await target.apply(sourceOf(fleetOf('killed', 'small,old')), contextOf())
    const whole = await applyAndDie('killed', 'small,new', Number.POSITIVE_INFINITY, 'before')
    expect(whole).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') })
    const { changes } = whole
    expect(changes).toBeGreaterThan(8)
    // The lock, what is about to be, some of it, the revision, that all is done, the lock let go.
    const points = [1, 2, Math.ceil(changes / 2), changes - 1, changes]
    for (const [index, n] of points.entries()) {
      const namespace = `killed-${n}`
      await target.apply(sourceOf(fleetOf(namespace, 'small,old')), contextOf())
      const when = index % 2 === 0 ? 'after' : 'before'
      const { signal, stdout, stderr } = await applyAndDie(namespace, 'small,new', n, when)
      expect([n, signal, `${stdout}${stderr}`]).toEqual([n, 'SIGKILL', expect.any(String)])
      await converge(namespace, n % 2 === 0 ? 'small,new' : 'third')
    }
  })

  it('on another machine keeps others waiting for as long as its lock says, however wrong its clock was', async () => {
    const namespace = 'killed-elsewhere'
    await target.apply(sourceOf(fleetOf(namespace, 'small,old')), contextOf())
    await applyAndDie(namespace, 'small,new', 3, 'after')
    const left = await client.get(leaseOf(namespace))
    expect(left).toMatchObject({ spec: { leaseDurationSeconds: 30, holderIdentity: expect.stringContaining('@') } })
    // As it would be of another machine, whose clock is a day ahead; so that nobody waits here, for less time.
    const renewTime = new Date(Date.now() + 86_400_000).toISOString().replace('Z', '000Z')
    const holder = { holderIdentity: 'ann@elsewhere (process 7, 1)', leaseDurationSeconds: 5, renewTime }
    await client.patch(leaseOf(namespace), { spec: holder })
    const source = sourceOf(fleetOf(namespace, 'small,new'))
    const refusals: string[] = []
    await until(
      async () => {
        try {
          await target.apply(source, contextOf())
          return true
        } catch (error) {
          refusals.push(JSON.stringify((error as { readonly parts?: unknown }).parts ?? String(error)))
          return false
        }
      },
      () => refusals.join('\n'),
      120_000,
    )
    for (const refusal of refusals) {
      expect(refusal).toContain('is being changed by ann@elsewhere (process 7)')
      expect(refusal).toMatch(/One that was killed is forgotten within [0-5] s/)
    }
    await converge(namespace, 'small,new')
  })
})
