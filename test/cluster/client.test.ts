import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parseAllDocuments, parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ClusterError,
  connectToCluster,
  explainClusterError,
  type ClusterClient,
  type KubernetesObject,
} from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()
const namespace = 'client-test'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-client-'))
const clients: ClusterClient[] = []
let client: ClusterClient

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})
const deployment = (name: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'engine', image: 'engine' }] } },
    ...spec,
  },
})

interface Kubeconfig {
  clusters: { name: string; cluster: object }[]
  users: { name: string; user: object }[]
  contexts: { name: string; context: object }[]
  'current-context': string
}

/** The kubeconfig of the administrator, changed. */
function kubeconfig(name: string, change: (config: Kubeconfig) => object): string {
  const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as Kubeconfig
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(change(config)), { mode: 0o600 })
  return path
}

async function connect(choice: Parameters<typeof connectToCluster>[0], environment = {}): Promise<ClusterClient> {
  const made = await connectToCluster(choice, environment)
  clients.push(made)
  return made
}

/** Speaks as somebody else. */
const connectAs = (user: object): Promise<ClusterClient> => {
  const change = ({ users, ...rest }: Kubeconfig) => ({ ...rest, users: users.map(({ name }) => ({ name, user })) })
  return connect({ kubeconfig: kubeconfig(`as-${clients.length}.yaml`, change), namespace })
}

/** What it fails with. */
async function failure(work: Promise<unknown>): Promise<ClusterError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ClusterError) return error
  throw new Error('It does not fail as a request to a cluster does', { cause: error })
}

/** Without controllers nobody ends a namespace. */
async function endNamespace(name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`
  await cluster.client.delete(path)
  const { body } = await cluster.client.get(path)
  await cluster.client.put(`${path}/finalize`, { ...body, spec: {} })
}

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connect({ kubeconfig: cluster.kubeconfig, namespace })
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})
afterAll(async () => {
  if (cluster.kubeconfig !== '') {
    await endNamespace(namespace)
  }
  for (const each of clients) await each.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('which cluster', () => {
  it('is chosen as kubectl does: the first of several files decides, absent ones are passed over', async () => {
    const first = kubeconfig('first.yaml', ({ contexts: [context] }) => ({
      contexts: [{ name: 'mine', context: { ...context?.context, namespace: 'from-context' } }],
      'current-context': 'mine',
    }))
    const second = kubeconfig('second.yaml', ({ contexts: _contexts, ...rest }) => ({
      ...rest,
      contexts: [{ name: 'mine', context: { cluster: 'nowhere', user: 'nobody' } }],
      'current-context': 'other',
    }))
    const environment = { KUBECONFIG: [first, join(folder, 'absent.yaml'), second].join(delimiter) }
    const chosen = await connect({}, environment)
    expect(chosen).toMatchObject({ context: 'mine', namespace: 'from-context' })
    expect(await chosen.serverVersion()).toMatch(/^v1\.\d+/)
    expect(await connect({ namespace: 'said' }, environment)).toMatchObject({ namespace: 'said' })
    await expect(connect({ context: 'absent' }, environment)).rejects.toMatchObject({
      parts: { what: 'There is no Kubernetes context absent', mend: 'Choose a context: mine.' },
    })
  })

  it('takes a certificate authority and a token from files beside the kubeconfig, and a new token without a restart', async () => {
    writeFileSync(join(folder, 'token'), 'expired')
    const path = kubeconfig('files.yaml', ({ users, clusters, ...rest }) => ({
      ...rest,
      clusters,
      users: users.map(({ name }) => ({ name, user: { tokenFile: 'token' } })),
    }))
    const chosen = await connect({ kubeconfig: path })
    expect(await failure(chosen.list({ apiVersion: 'v1', kind: 'Node' }))).toMatchObject({ reason: 'unauthorized' })
    const { users } = parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }
    writeFileSync(join(folder, 'token'), users[0]?.user.token ?? '')
    expect(await chosen.list({ apiVersion: 'v1', kind: 'Node' })).toMatchObject({ items: expect.any(Array) })
  })

  it('asks a credential plugin, again when its token is refused', async () => {
    const { users } = parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }
    const calls = join(folder, 'calls')
    const script = `
      const { appendFileSync, readFileSync } = require('node:fs')
      appendFileSync(${JSON.stringify(calls)}, '.')
      const { kind } = JSON.parse(process.env.KUBERNETES_EXEC_INFO)
      const token = readFileSync(${JSON.stringify(calls)}).length === 1 ? 'expired' : ${JSON.stringify(users[0]?.user.token)}
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind, status: { token } }))`
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] }
    const chosen = await connectAs({ exec })
    expect(await chosen.serves('v1', 'Pod')).toBe(true)
    expect(await chosen.mayI({ verb: 'delete', group: 'apps', resource: 'deployments', namespace })).toBe(true)
    expect(readFileSync(calls, 'utf8')).toBe('..')
    const broken = await connectAs({
      exec: { ...exec, args: ['-e', 'console.error("Log in first."); process.exit(3)'] },
    })
    await expect(broken.serverVersion()).rejects.toMatchObject({
      parts: { why: 'The credential plugin failed: Log in first.', mend: expect.stringContaining('Log in') },
    })
  })

  it('says what certificate it does not trust', async () => {
    const path = kubeconfig('untrusted.yaml', ({ clusters, ...rest }) => ({
      ...rest,
      clusters: clusters.map(({ name, cluster: fields }) => ({
        name,
        cluster: { ...fields, 'certificate-authority': undefined },
      })),
    }))
    const error = await failure((await connect({ kubeconfig: path })).serverVersion())
    expect(error.reason).toBe('certificate')
  })
})

describe('objects', () => {
  it('are applied, read, changed and deleted; what is not there is no failure', async () => {
    const applied = await client.apply(configMap('one', { a: '1' }))
    expect(applied).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } })
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'one' }
    await client.patch(ref, { data: { b: '2' } })
    expect(await client.get(ref)).toMatchObject({ data: { a: '1', b: '2' } })
    // A dry run tells what would be, and nothing is.
    expect(await client.apply(configMap('one', { a: '3' }), { dryRun: true })).toMatchObject({ data: { a: '3' } })
    expect(await client.get(ref)).toMatchObject({ data: { a: '1' } })
    const stale = configMap('one', { a: '4' })
    await expect(
      client.update({ ...stale, metadata: { ...stale.metadata, resourceVersion: applied.metadata.resourceVersion } }),
    ).rejects.toMatchObject({ reason: 'conflict', status: 409 })
    await expect(client.create(configMap('one'))).rejects.toMatchObject({ reason: 'conflict' })
    await expect(client.delete(ref, { uid: 'another' })).rejects.toMatchObject({ reason: 'conflict' })
    expect(await client.delete(ref, { uid: applied.metadata.uid })).toBe(true)
    expect(await client.delete(ref)).toBe(false)
    expect(await client.get(ref)).toBeUndefined()
  })

  it('of any kind are found by what the server says that it has', async () => {
    const priority = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', name: 'exempt' }
    expect(await client.get(priority)).toMatchObject({ metadata: { name: 'exempt' } })
    expect(await client.serves('apps/v1', 'Deployment')).toBe(true)
    expect(await client.serves('apps/v9', 'Deployment')).toBe(false)
    const error = await failure(client.get({ apiVersion: 'example.dev/v1', kind: 'Thing', name: 'x' }))
    expect(error.reason).toBe('no-such-kind')
    expect(explainClusterError(error, client).parts.what).toBe('The cluster has no Thing of example.dev/v1')
  })

  it('come page by page, all of them', async () => {
    const names = Array.from({ length: 620 }, (_each, index) => `page-${index}`)
    for (let start = 0; start < names.length; start += 31) {
      await Promise.all(names.slice(start, start + 31).map((name) => client.apply(configMap(name))))
    }
    const { items, resourceVersion } = await client.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace })
    expect(new Set(items.map(({ metadata }) => metadata.name))).toEqual(new Set(names))
    expect(Number(resourceVersion)).toBeGreaterThan(0)
  })
})

describe('what a cluster refuses', () => {
  it('names the manager and the fields of a conflict, and takes them over when told', async () => {
    await client.apply(deployment('shared'), { fieldManager: 'somebody' })
    const wanted = deployment('shared', { replicas: 5 })
    const error = await failure(client.apply(wanted))
    expect(error).toMatchObject({ reason: 'conflict', status: 409 })
    expect(error.fields).toMatchObject([{ field: 'spec.replicas', manager: 'somebody' }])
    const { parts } = explainClusterError(error, client)
    expect(parts).toMatchObject({
      what: `Deployment ${namespace}/shared has fields that somebody else owns`,
      why: 'spec.replicas: owned by somebody',
    })
    expect(await client.apply(wanted, { force: true })).toMatchObject({ spec: { replicas: 5 } })
  })

  it.each([
    ['a field that no schema has', { replica: 1 }, 'spec.replica'],
    ['a value of a wrong type', { replicas: 'two' }, 'spec.replicas'],
    ['a value out of bounds', { replicas: -1 }, 'spec.replicas'],
  ])('names the field: %s', async (_title, spec, field) => {
    const error = await failure(client.apply(deployment('wrong', spec)))
    expect(error).toMatchObject({ reason: 'invalid', fields: [{ field }] })
    expect(explainClusterError(error, client).parts.why).toContain(field)
  })

  it('shows the Role that grants what is forbidden; with it, it works', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deployer', namespace } }
    await client.apply(account)
    const token = (await cluster.kubectl('create', 'token', 'deployer', '-n', namespace)).trim()
    const deployer = await connectAs({ token })
    const wanted = deployment('granted')
    const error = await failure(deployer.apply(wanted))
    expect(error.reason).toBe('forbidden')
    const { parts } = explainClusterError(error, deployer)
    expect(parts.what).toBe('Not allowed to patch deployments.apps')
    expect(await deployer.mayI({ verb: 'patch', group: 'apps', resource: 'deployments', namespace })).toBe(false)
    const [, yaml = ''] = /:\n([\s\S]*)/.exec(parts.mend ?? '') ?? []
    for (const document of parseAllDocuments(yaml)) await client.apply(document.toJS() as KubernetesObject)
    await until(
      () => deployer.mayI({ verb: 'patch', group: 'apps', resource: 'deployments', namespace }),
      () => `the Role grants nothing:\n${yaml}`,
    )
    expect(await deployer.apply(wanted)).toMatchObject({ metadata: { name: 'granted' } })
  })

  it('shows the Role that grants commands in pods, for which one right is not enough', async () => {
    await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'looker', namespace } })
    const token = (await cluster.kubectl('create', 'token', 'looker', '-n', namespace)).trim()
    const looker = await connectAs({ token })
    const run = () => failure(looker.exec({ pod: 'nosuch', command: ['true'] }))
    const error = await run()
    expect(error.reason).toBe('forbidden')
    const { parts } = explainClusterError(error, looker)
    expect(parts.what).toBe('Not allowed to create pods/exec')
    const [, yaml = ''] = /:\n([\s\S]*)/.exec(parts.mend ?? '') ?? []
    const objects = parseAllDocuments(yaml).map((document) => document.toJS() as KubernetesObject)
    const may = (verb: string) =>
      looker.mayI({ verb, group: '', resource: 'pods', subresource: 'exec', namespace, name: 'nosuch' })
    const [rule] = (objects[0] as { rules?: { verbs: string[] }[] }).rules ?? []
    expect(rule?.verbs).toEqual(['get', 'create'])
    for (const verbs of [['get'], ['create'], ['get', 'create']]) {
      for (const object of objects) {
        await client.apply(object.kind === 'Role' ? Object.assign({}, object, { rules: [{ ...rule, verbs }] }) : object)
      }
      await until(
        async () => (await may('get')) === verbs.includes('get') && (await may('create')) === verbs.includes('create'),
        () => `the Role does not become ${verbs.join()}`,
      )
      expect((await run()).reason).toBe(verbs.length === 2 ? 'not-found' : 'forbidden')
    }
  })

  it('tells a quota, pod security, a missing namespace and a wrong token apart', async () => {
    const strict = `${namespace}-strict`
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: strict, labels } })
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: strict },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }
    await client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: strict } })
    expect(await failure(client.create(pod))).toMatchObject({ reason: 'admission', status: 403 })
    await client.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: strict },
      spec: { hard: { 'count/secrets': '0' } },
    } as KubernetesObject)
    await client.patch(
      { apiVersion: 'v1', kind: 'ResourceQuota', name: 'q', namespace: strict },
      { status: { hard: { 'count/secrets': '0' }, used: { 'count/secrets': '0' } } },
      { subresource: 'status' },
    )
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: strict } }
    const overQuota = await failure(client.create(secret))
    expect(overQuota).toMatchObject({ reason: 'quota' })
    expect(explainClusterError(overQuota, client).parts.command).toBe(`kubectl describe resourcequota -n ${strict}`)
    const elsewhere = { ...secret, metadata: { name: 's', namespace: 'nowhere' } }
    expect(await failure(client.create(elsewhere))).toMatchObject({ reason: 'not-found' })
    const stranger = await connectAs({ token: 'wrong' })
    const unknown = await failure(stranger.list({ apiVersion: 'v1', kind: 'Pod' }))
    expect(unknown).toMatchObject({ reason: 'unauthorized', status: 401 })
    await endNamespace(strict)
  })
})

describe('a watch', () => {
  const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: 'watched=yes' }

  it('tells of each change after a list, and of a version that is no longer kept', async () => {
    const { resourceVersion } = await client.list(query)
    const stop = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const { type, object } of client.watch(query, { resourceVersion, signal: stop.signal })) {
        if (type !== 'bookmark') seen.push(`${type} ${object.metadata.name}`)
        if (type === 'deleted') stop.abort()
      }
    })()
    const watched = { ...configMap('watched'), metadata: { name: 'watched', namespace, labels: { watched: 'yes' } } }
    await client.apply(watched)
    const changed = { ...watched, data: { a: '1' } }
    await client.apply(changed)
    await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'watched' })
    await watching
    expect(seen).toEqual(['added watched', 'modified watched', 'deleted watched'])
    const old = client.watch(
      { ...query, labelSelector: '' },
      { resourceVersion: '1', signal: AbortSignal.timeout(60_000) },
    )
    const error = await failure(
      (async () => {
        for await (const event of old) expect(event.type).not.toBe('deleted')
      })(),
    )
    expect(error).toMatchObject({ reason: 'gone', status: 410 })
  })
})
