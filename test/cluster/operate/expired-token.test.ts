import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { ClusterClient, KubernetesObject } from '../../../src/kubernetes/index.ts'
import { until } from '../../harness/until.ts'
import { openWorld, type Finished, type World } from '../../harness/world.ts'
import { ApiClient, type Access } from '../harness/api-client.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { countingServer, type CountingServer } from './counting-server.ts'
import { connectAs, smallFleet } from './operator.ts'

const cluster = useCluster()
const home = 'expired-token'
const rights = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' }
/** The rule, the account and so on are written before; the lock, the inventory, and some objects are there then. */
const inTheMiddle = 6

let world: World
let server: Access
let client: ClusterClient

beforeAll(async () => {
  const { server: shared } = inject('cluster')
  if (shared === undefined) return
  server = shared
  world = await openWorld({ cache: 'shared' })
  client = await connectAs(cluster)
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } })
  await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator', namespace: home } })
  await client.apply({
    ...rights,
    metadata: { name: home },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: home }],
  } as KubernetesObject)
})
afterAll(async () => {
  if (client === undefined) return
  await client.delete({ ...rights, name: home })
  await client.close()
  await world.close()
})

/** A token of the operator, which holds as long as a Secret is there: no API server gives one that expires within 10 minutes. */
async function tokenBoundTo(secret: string): Promise<string> {
  const { metadata } = await client.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret, namespace: home },
  })
  const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: secret, uid: metadata.uid }
  const { status, body } = await cluster.client.post(`/api/v1/namespaces/${home}/serviceaccounts/operator/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: 3_600, boundObjectRef },
  })
  expect(status).toBe(201)
  return (body['status'] as { readonly token: string }).token
}

/** Waits until the API server takes a token no more; it remembers for 10 s that it did. */
async function untilRefused(token: string): Promise<void> {
  const asker = new ApiClient({ ...server, token })
  try {
    await until(
      async () => (await asker.get('/api/v1/namespaces/default')).status === 401,
      () => 'the token is still taken',
      // Less than the 65 s in which an answer must begin.
      50_000,
    )
  } finally {
    await asker.close()
  }
}

/** A kubeconfig whose token is in a file, as credential helpers write it. */
function kubeconfigWith(way: CountingServer, name: string, token: string): { path: string; tokenFile: string } {
  const tokenFile = join(world.folder, `${name}.token`)
  const path = join(world.folder, `${name}.kubeconfig`)
  writeFileSync(tokenFile, token)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server: way.url, 'certificate-authority': server.caFile } }],
    users: [{ name: 'operator', user: { tokenFile } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'operator' } }],
    'current-context': 'lab',
  }
  writeFileSync(path, JSON.stringify(config))
  return { path, tokenFile }
}

/** Runs `fairlead apply` whose token ends in the middle, and replaces it then or afterwards, for a second run. */
async function applyTwice(
  namespace: string,
  replaced: 'meanwhile' | 'afterwards',
): Promise<{ first: Finished; second: Finished }> {
  const way = await countingServer(server)
  try {
    const token = await tokenBoundTo(`${namespace}-1`)
    const { path, tokenFile } = kubeconfigWith(way, namespace, token)
    const file = await world.write(`${namespace}.yaml`, smallFleet({ name: 'expired', namespace }))
    const apply = () => {
      const args = ['apply', file, '--target', 'kubernetes', '--no-wait', '--no-smoke', '--offline']
      return world.start(process.execPath, [join(import.meta.dirname, '../../../bin/fairlead.js'), ...args], {
        environment: { KUBECONFIG: path },
      }).finished
    }
    const replace = async () => writeFileSync(tokenFile, await tokenBoundTo(`${namespace}-2`))
    way.holdAt(inTheMiddle, async () => {
      await client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: home, name: `${namespace}-1` })
      await untilRefused(token)
      if (replaced === 'meanwhile') await replace()
    })
    const first = await apply()
    expect(way.changes).toBeGreaterThanOrEqual(inTheMiddle)
    if (replaced === 'afterwards') await replace()
    expect(readFileSync(tokenFile, 'utf8')).not.toBe(token)
    return { first, second: await apply() }
  } finally {
    await way.close()
  }
}

/** Whether all of the Fleet is there, and apply has written down that it is done. */
async function expectWhole(namespace: string): Promise<void> {
  const inventory = await client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'expired-inventory' })
  expect(inventory?.['data']).toMatchObject({ facts: expect.stringContaining('"state":"settled"') })
  const { items } = await client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace })
  expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual(['expired-gateway', 'expired-small'])
}

// proves B7 (real part)
describe('a token that ends in the middle of an apply', () => {
  it('ends it with what mends it, and a second apply with another token completes it', async () => {
    const { first, second } = await applyTwice('expired-ends', 'afterwards')
    expect(first).toMatchObject({ code: 1, signal: null })
    expect(first.stderr).toContain('The cluster does not know who asks')
    expect(first.stderr).toContain('of context lab: the token or the certificate has expired')
    expect(first.stderr).toContain('Log in to the cluster again')
    expect(second).toMatchObject({ code: 0 })
    await expectWhole('expired-ends')
  })

  it('does not disturb it where somebody has put another into its file', async () => {
    const { first, second } = await applyTwice('expired-renewed', 'meanwhile')
    expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining('does not know who asks')])
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('nothing to change')])
    await expectWhole('expired-renewed')
  })
})
