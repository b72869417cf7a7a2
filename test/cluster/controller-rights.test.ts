import { hostname } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { controllerManifests } from '../../src/controller/index.ts'
import type { ClusterClient, ClusterRole, KubernetesObject, Lease, Pod, Role } from '../../src/kubernetes/index.ts'
import { clusterTargetNames, type ClusterTargetName } from '../../src/targets/index.ts'
import { openWorld, type World } from '../harness/world.ts'
import { startController, type RunningController } from './controller/controllers.ts'
import { fleetsOfEveryKind } from './controller/every-kind.ts'
import { FleetsOf } from './controller/fleets.ts'
import { rightsGiven, rightsRefused, rightsUsed, tokenOf, without, withoutWorkload } from './controller/rights.ts'
import { auditedRequests, type AuditedRequest } from './harness/audit.ts'
import { installFleetDefinition, removeFleetDefinition } from './harness/fleet-definition.ts'
import { writeKubeconfig } from './harness/kubeconfig.ts'
import { useCluster } from './harness/use-cluster.ts'
import { connectAs } from './operate/operator.ts'

const cluster = useCluster()
const account = 'fairlead-controller'
const namespaceOf = (target: ClusterTargetName) => `rights-${target}`
const image = 'fairlead:1'

let world: World
let client: ClusterClient
const running: RunningController[] = []
const namespaces: FleetsOf[] = []

beforeAll(async () => {
  world = await openWorld({ cache: 'shared' })
  if (cluster.kubeconfig === '') return
  await installFleetDefinition(cluster.client)
  client = await connectAs(cluster)
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((controller) => controller.stop()))
})
afterAll(async () => {
  await world.close()
  if (cluster.kubeconfig === '') return
  for (const each of namespaces) await each.forget()
  await client.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: account })
  await client.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: account })
  await client.close()
  await removeFleetDefinition(cluster.client)
})

/** Fleets in a namespace that is made for them. */
async function fleetsIn(namespace: string): Promise<FleetsOf> {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
  const fleets = new FleetsOf(() => cluster.client, namespace)
  namespaces.push(fleets)
  return fleets
}

interface Installed {
  readonly kubeconfig: string
  /** Rules of the roles for what it does. */
  readonly rules: Role['rules']
  /** Rules of the role for the election. */
  readonly leaseRules: Role['rules']
  /** Everything that it has asked for since. */
  requests(): readonly AuditedRequest[]
}

/** Installs a controller with its rights, and gives its token to whoever runs it. */
async function install(
  namespace: string,
  targets: readonly ClusterTargetName[],
  fleetNamespace?: string,
): Promise<Installed> {
  const objects = withoutWorkload(controllerManifests({ namespace, targets, fleetNamespace, image, replicas: 2 }))
  for (const object of objects) await client.apply(object)
  const { server } = inject('cluster')
  if (server === undefined) throw new Error('there is no API server')
  const token = await tokenOf(cluster.client, namespace, account)
  const rulesOf = (name: string) =>
    objects.flatMap((object) =>
      object.kind.endsWith('Role') && object.metadata.name === name ? ((object as Role | ClusterRole).rules ?? []) : [],
    )
  return {
    kubeconfig: writeKubeconfig(world.folder, namespace, { ...server, token }),
    rules: rulesOf(account),
    leaseRules: rulesOf(`${account}-lease`),
    requests: () => auditedRequests(cluster.auditFile, namespace, account),
  }
}

/** A lock that somebody of this machine holds who has died, which is taken over in place of being made. */
const lockOfTheDead = (namespace: string, fleet: string): KubernetesObject & Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: `${fleet}-apply`, namespace },
  spec: {
    holderIdentity: `ann@${hostname()} (process 4194303, 1)`,
    leaseDurationSeconds: 30,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  },
})

const podsOf = ['waiting', 'failing'] as const

/** A Pod of a Fleet that no node takes, and one that fails again and again as a kubelet would tell of it. */
async function poorPods(namespace: string, fleet: string): Promise<void> {
  const labels = { 'fairlead.dev/fleet': fleet, 'app.kubernetes.io/component': 'engine' }
  const containers = [{ name: 'engine', image: 'engine' }]
  const podOf = (name: string, spec: object): KubernetesObject & Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { ...spec, containers },
  })
  await client.create(podOf('waiting', {}))
  await client.create(podOf('failing', { nodeName: 'none' }))
  const status = {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'engine',
        image: 'engine',
        imageID: '',
        ready: false,
        restartCount: 5,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
    ],
  }
  await client.patch(
    { apiVersion: 'v1', kind: 'Pod', namespace, name: 'failing' },
    { status },
    { subresource: 'status' },
  )
}

/** All that may happen to the Fleets of a target: made, changed, failing, refused, removed. */
async function liveThrough(target: ClusterTargetName, requests: Installed['requests']): Promise<void> {
  const namespace = namespaceOf(target)
  const fleets = await fleetsIn(namespace)
  const cases = fleetsOfEveryKind[target]
  const [first] = cases
  if (first === undefined) throw new Error(`no Fleet of ${target}`)
  const hasAsked = (what: string, isIt: (request: AuditedRequest) => boolean) =>
    fleets.until(`${namespace}: ${what} is asked for`, async () =>
      requests().some((request) => request.namespace === namespace && isIt(request)),
    )
  await client.create(lockOfTheDead(namespace, first.name))
  for (const { name, spec } of cases) await fleets.apply(name, spec)
  for (const { name } of cases) await fleets.untilRevision(name, 1)
  await poorPods(namespace, first.name)
  if (target === 'kubernetes') {
    // Fewer than the least, which whoever scales them by their load puts right.
    const few = { spec: { replicas: 1 } }
    await cluster.client.merge(fleets.path('apps/v1', 'deployments', 'around-loaded'), few)
    await cluster.client.merge(fleets.path('leaderworkerset.x-k8s.io/v1', 'leaderworkersets', 'wide-loaded-nodes'), few)
    await hasAsked('more replicas', ({ resource }) => resource === 'deployments/scale')
    await hasAsked('more groups', ({ resource }) => resource === 'leaderworkersets/scale')
  }
  const goes = { 'fairlead.dev/delete-models': 'true' }
  for (const { name, changed } of cases) await fleets.apply(name, changed, goes)
  for (const { name } of cases) await fleets.untilRevision(name, 2)
  await hasAsked('the last words of the Pod', ({ resource }) => resource === 'pods/log')
  await hasAsked('what became of the others', ({ group, resource }) => group === '' && resource === 'events')
  for (const name of podsOf) {
    await client.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0 })
  }
  // Said twice, which one Event counts.
  const small = { name: 'small', engine: 'simulated' }
  const wrong = { ...first.spec, models: [small, { ...small, name: 'clash', aliases: ['small'] }] }
  for (const look of ['1', '2']) {
    await fleets.apply('wrong', wrong, { look })
    await fleets.untilCondition('wrong', 'Ready', 'False', 'InvalidFleet')
  }
  await hasAsked('a second Event', ({ resource, verb }) => resource === 'events' && verb === 'patch')
  for (const { name } of [...cases, { name: 'wrong' }]) await fleets.delete(name)
  for (const { name } of [...cases, { name: 'wrong' }]) await fleets.untilGone(name)
}

/** Rights that are given and not used, because nobody may give rights that he has not. */
const passedOn: Readonly<Record<ClusterTargetName, readonly string[]>> = {
  // Gateways follow the replicas.
  kubernetes: ['discovery.k8s.io/endpointslices list', 'discovery.k8s.io/endpointslices watch'],
  kserve: [],
  // Routers follow the pods of their pool.
  llmd: ['pods get', 'pods watch'],
}

/** What is asked for without a right, and done without where it is refused. */
const doneWithout = [
  // Whether the namespace is there: who can write a Fleet in it knows.
  'namespaces get',
  // Which GPUs there are, to tell what a Pod that fits nowhere wants.
  'nodes list',
  // How busy replicas are.
  'pods/portforward create',
  // Whether it is there: the pods that wait for it say.
  'secrets get',
]

// proves B10, D4 (real part)
describe('the rights of the controller', () => {
  it('are enough for Fleets of every kind on every target, and none is given that is never used', async () => {
    const { kubeconfig, rules, requests } = await install('rights-system', clusterTargetNames)
    const controller = await startController(kubeconfig, { namespace: undefined, leaseNamespace: 'rights-system' })
    running.push(controller)
    await Promise.all(clusterTargetNames.map((target) => liveThrough(target, requests)))
    const asked = requests()
    expect(without(new Set(rightsRefused(asked)), new Set(doneWithout))).toEqual([])
    expect(controller.log()).not.toMatch(/forbidden|403/i)

    expect(without(rightsUsed(asked), rightsGiven(rules))).toEqual([])
    // Each target alone gives what its Fleets take, and no more.
    for (const target of clusterTargetNames) {
      const there = asked.filter(({ namespace }) => namespace === '' || namespace === namespaceOf(target))
      const alone = controllerManifests({ namespace: 'x', targets: [target], image, replicas: 1 })
      const role = alone.find(({ kind }) => kind === 'ClusterRole') as ClusterRole
      const given = rightsGiven(role.rules)
      expect([target, without(given, rightsUsed(there))]).toEqual([target, passedOn[target]])
      const inNamespace = there.filter(({ namespace }) => namespace !== '')
      expect([target, without(rightsUsed(inNamespace), given)]).toEqual([target, []])
    }
  })

  it('are enough in one namespace and for one target, and each one that is only passed on is needed', async () => {
    const namespace = 'rights-alone'
    const system = 'rights-alone-system'
    const fleets = await fleetsIn(namespace)
    const { kubeconfig, rules, leaseRules, requests } = await install(system, ['kubernetes'], namespace)
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: account, namespace } }
    const less = rules?.filter(({ apiGroups }) => apiGroups?.includes('discovery.k8s.io') !== true)
    await client.apply({ ...role, rules: less } as KubernetesObject)
    const options = { namespace, leaseNamespace: system, targets: ['kubernetes'] } as const
    const controller = await startController(kubeconfig, options)
    running.push(controller)
    const open = { access: { anonymous: true }, models: [{ name: 'tiny', engine: 'simulated' }] }
    await fleets.apply('lab', open)
    const { message } = await fleets.untilCondition('lab', 'Degraded', 'True', 'Forbidden')
    expect(message).toMatch(/endpointslices/)
    expect(controller.log()).not.toMatch(/"kind":"InferenceService"/)

    // An administrator mends it, and somebody touches the Fleet.
    await client.apply({ ...role, rules } as KubernetesObject)
    await fleets.apply('lab', open, { again: 'yes' })
    await fleets.untilRevision('lab', 1)
    await fleets.untilCondition('lab', 'Ready', 'False', 'Starting')
    // No right on KServe's kinds is missed where no Fleet may run there.
    await fleets.apply('served', { ...open, targets: { default: 'kserve' } })
    const refused = await fleets.untilCondition('served', 'Degraded', 'True', 'InvalidFleet')
    expect(refused.message).toContain('this controller was installed for kubernetes alone')
    for (const name of ['lab', 'served']) await fleets.delete(name)
    for (const name of ['lab', 'served']) await fleets.untilGone(name)
    const electing = () => requests().filter((request) => request.namespace === system)
    await fleets.until('the Lease is renewed', async () => electing().some(({ verb }) => verb === 'update'))
    const elections = electing()
    expect(without(rightsGiven(leaseRules), rightsUsed(elections))).toEqual([])
    expect(rightsRefused(elections)).toEqual([])
    expect(requests().filter((request) => request.namespace === '' && request.isAllowed)).toEqual([])
  })
})
