import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../../src/cli/testing/run-in-process.ts'
import { UserError } from '../../../src/errors/index.ts'
import type { ClusterClient, KubernetesObject } from '../../../src/kubernetes/index.ts'
import type { Target } from '../../../src/operate/index.ts'
import { rotateSecret, setSecret } from '../../../src/operate/secrets/index.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { connectAs, contextOf, sourceOf, targetOver } from './operator.ts'

const cluster = useCluster()
const folder = mkdtempSync(join(tmpdir(), 'fairlead-secrets-'))
let client: ClusterClient
let target: Target

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectAs(cluster)
  target = targetOver(client)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await client?.close()
})

/** A Fleet that refers to secrets in each of the three ways, and to the file of keys. */
const fleetWith = (namespace: string): string => `name: vault
models:
  - name: small
    engine: simulated
    env:
      - { name: TOKEN, from: { env: HUB_TOKEN } }
access:
  keys:
    - { name: alice, value: { secretRef: { name: vault-keys, key: alice } } }
    - { name: bob, value: { secretRef: { name: vault-keys, key: bob } } }
  keysFile: keys.txt
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
targets:
  default: kubernetes
  kubernetes: { namespace: ${namespace}, monitoring: none, networkPolicy: false }
`

const secretIn = (namespace: string, name: string) => client.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })
const makeNamespace = (name: string) => client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Keys and values of a Secret, decoded. */
async function valuesOf(namespace: string, name: string): Promise<Record<string, string>> {
  const data = ((await secretIn(namespace, name))?.['data'] ?? {}) as Record<string, string>
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

/** Writes a secret; the value is not asked for where it cannot be written. */
const set = (
  namespace: string,
  name: string,
  value: string,
  more: { readonly key?: string; readonly force?: boolean } = {},
) => setSecret(sourceOf(fleetWith(namespace)), { name, value: async () => value, ...more }, contextOf(), target)

async function mistake(work: Promise<unknown>): Promise<UserError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(UserError)
  return failure as UserError
}

const never = () => Promise.reject(new Error('the value was asked for'))
const states = async (namespace: string) =>
  (await target.secrets(sourceOf(fleetWith(namespace)), {})).map(({ name, key, state }) => [name, key ?? '', state])

/** Runs a command line against the cluster, as a person would. */
function cli(namespace: string, line: string, stdin: string | Buffer = '') {
  const file = join(folder, `${namespace}.yaml`)
  writeFileSync(file, fleetWith(namespace))
  const env = { HOME: folder, PATH: '', KUBECONFIG: cluster.kubeconfig }
  return runCli([...line.split(' '), `${namespace}.yaml`], { cwd: folder, env, stdin: stdin.toString() })
}

// proves B7 (real part)
describe('the secrets of a Fleet in a cluster', () => {
  it('keep apply from changing anything, each with its line and the command that sets it, until all are set', async () => {
    const namespace = 'secrets-apply'
    const source = sourceOf(fleetWith(namespace))
    const { parts } = await mistake(target.apply(source, contextOf()))
    expect(parts.why?.split('\n')).toEqual([
      expect.stringMatching(/models\[0\]\.env\[0\]\.from \(line 6\).*fairlead secrets set HUB_TOKEN$/),
      expect.stringMatching(/access\.keys\[0\]\.value \(line 9\).*fairlead secrets set vault-keys alice$/),
      expect.stringMatching(/access\.keys\[1\]\.value \(line 10\).*fairlead secrets set vault-keys bob$/),
      expect.stringMatching(/access\.keysFile \(line 11\).*fairlead secrets set keys\.txt$/),
    ])
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })).toBeUndefined()
    await set(namespace, 'HUB_TOKEN', 'hf_0123456789')
    await set(namespace, 'vault-keys', 'sk-alice-0123456789', { key: 'alice' })
    await set(namespace, 'vault-keys', 'sk-bob-01234567890', { key: 'bob' })
    expect(await states(namespace)).toEqual([
      ['HUB_TOKEN', '', 'present'],
      ['vault-keys', 'alice', 'present'],
      ['vault-keys', 'bob', 'present'],
      ['keys.txt', '', 'absent'],
    ])
    expect((await mistake(target.apply(source, contextOf()))).parts.command).toBe('fairlead secrets set keys.txt')
    await set(namespace, 'keys.txt', 'carol sk-carol-0123456789\n')
    expect(await valuesOf(namespace, 'vault-secrets')).toEqual({
      HUB_TOKEN: 'hf_0123456789',
      'keys.txt': 'carol sk-carol-0123456789\n',
    })
    await target.apply(source, contextOf())
    expect(
      await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'vault-small' }),
    ).toBeDefined()
    // What a person wrote outlives the Fleet.
    await target.delete('vault', {}, contextOf())
    expect(await valuesOf(namespace, 'vault-keys')).toHaveProperty('bob')
  })

  it('are written as keys of our own: others stay, and two writers at once lose nothing', async () => {
    const namespace = 'secrets-keys'
    await makeNamespace(namespace)
    await client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'vault-keys', namespace },
      stringData: { theirs: 'untouched' },
    } as KubernetesObject)
    const writes = ['alice', 'bob'].map((key) => set(namespace, 'vault-keys', `sk-${key}-0123456789ab`, { key }))
    expect((await Promise.all(writes)).map(({ replaced }) => replaced)).toEqual([false, false])
    expect((await set(namespace, 'vault-keys', 'sk-another-0123456789', { key: 'alice' })).replaced).toBe(true)
    expect(await valuesOf(namespace, 'vault-keys')).toEqual({
      theirs: 'untouched',
      alice: 'sk-another-0123456789',
      bob: 'sk-bob-0123456789ab',
    })
    const theirs = await secretIn(namespace, 'vault-keys')
    expect(theirs?.metadata.labels).toBeUndefined()
    const fresh = ['HUB_TOKEN', 'keys.txt'].map((name) => set(namespace, name, 'carol sk-carol-0123456789'))
    await Promise.all(fresh)
    expect(Object.keys(await valuesOf(namespace, 'vault-secrets')).toSorted()).toEqual(['HUB_TOKEN', 'keys.txt'])
    const ours = await secretIn(namespace, 'vault-secrets')
    expect(ours?.metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'fairlead',
      'fairlead.dev/fleet': 'vault',
    })
    expect(new Set(ours?.metadata.managedFields?.map(({ manager }) => manager))).toEqual(new Set(['fairlead-secrets']))
  })

  it('are left to another owner until forced, and an immutable one to nobody', async () => {
    const namespace = 'secrets-owners'
    await makeNamespace(namespace)
    const theirs = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'vault-keys', namespace },
      stringData: { alice: 'sk-of-somebody-else' },
    } as KubernetesObject
    await client.create(theirs, { fieldManager: 'somebody' })
    const refused = await mistake(set(namespace, 'vault-keys', 'sk-ours-0123456789ab', { key: 'alice' }))
    expect(refused.message).toBe('Key alice of Secret vault-keys in namespace secrets-owners belongs to somebody')
    expect(await valuesOf(namespace, 'vault-keys')).toEqual({ alice: 'sk-of-somebody-else' })
    await set(namespace, 'vault-keys', 'sk-ours-0123456789ab', { key: 'alice', force: true })
    expect(await valuesOf(namespace, 'vault-keys')).toEqual({ alice: 'sk-ours-0123456789ab' })
    await client.patch({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'vault-keys' }, { immutable: true })
    const fixed = await mistake(set(namespace, 'vault-keys', 'sk-next-0123456789ab', { key: 'alice', force: true }))
    expect(fixed.message).toBe('Secret vault-keys in namespace secrets-owners is immutable')
  })

  it('may come from the External Secrets Operator, whose state is told and whose Secret is left alone', async () => {
    const namespace = 'secrets-external'
    await makeNamespace(namespace)
    const external = await client.create({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'from-vault', namespace },
      spec: {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
        target: { name: 'vault-keys' },
        data: [{ secretKey: 'alice', remoteRef: { key: 'lab/alice' } }],
      },
    } as KubernetesObject)
    const ref = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace, name: 'from-vault' }
    const ready = (status: string, reason: string, message: string) =>
      client.patch(
        ref,
        { status: { conditions: [{ type: 'Ready', status, reason, message }] } },
        { subresource: 'status' },
      )
    await ready('False', 'SecretSyncedError', 'could not get secret data from provider')
    const alice = async () =>
      (await target.secrets(sourceOf(fleetWith(namespace)), {})).find(({ key }) => key === 'alice')
    expect(await alice()).toMatchObject({
      state: 'absent',
      detail:
        'there is no Secret vault-keys in namespace secrets-external; ExternalSecret from-vault makes it, and is not ready: SecretSyncedError: could not get secret data from provider',
      mend: 'kubectl describe externalsecret from-vault -n secrets-external',
    })
    const { message, parts } = await mistake(
      setSecret(
        sourceOf(fleetWith(namespace)),
        { name: 'vault-keys', key: 'alice', value: never },
        contextOf(),
        target,
      ),
    )
    expect(message).toBe('ExternalSecret from-vault makes Secret vault-keys in namespace secrets-external')
    expect(parts.command).toBe('kubectl describe externalsecret from-vault -n secrets-external')
    const { name, uid } = external.metadata
    await client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'vault-keys',
        namespace,
        ownerReferences: [{ apiVersion: ref.apiVersion, kind: ref.kind, name, uid, controller: true }],
      },
      stringData: { alice: 'sk-alice-of-the-store' },
    } as KubernetesObject)
    await ready('True', 'SecretSynced', 'secret synced')
    expect(await alice()).toMatchObject({ state: 'present', detail: 'ExternalSecret from-vault makes it' })
    const bob = (await target.secrets(sourceOf(fleetWith(namespace)), {})).find(({ key }) => key === 'bob')
    expect(bob).toMatchObject({ state: 'absent', detail: expect.stringContaining('has no key bob') })
    await set(namespace, 'vault-keys', 'sk-forced-0123456789', { key: 'alice', force: true })
    expect(await valuesOf(namespace, 'vault-keys')).toEqual({ alice: 'sk-forced-0123456789' })
  })

  it('get a new value by rotating: keys are made here, all else is asked for', async () => {
    const namespace = 'secrets-rotate'
    await makeNamespace(namespace)
    await set(namespace, 'vault-keys', 'sk-alice-0123456789', { key: 'alice' })
    await set(namespace, 'vault-keys', 'sk-bob-01234567890', { key: 'bob' })
    const source = sourceOf(fleetWith(namespace))
    const request = { name: 'vault-keys', key: 'alice', value: never }
    const { made, replaced } = await rotateSecret(source, request, contextOf(), target)
    expect(made).toMatch(/^sk-[0-9a-f]{48}$/)
    expect(replaced).toBe(true)
    expect(await valuesOf(namespace, 'vault-keys')).toEqual({ alice: made, bob: 'sk-bob-01234567890' })
    const asked = { name: 'HUB_TOKEN', value: async () => 'hf_new' }
    expect(await rotateSecret(source, asked, contextOf(), target)).not.toHaveProperty('made')
    expect(await valuesOf(namespace, 'vault-secrets')).toEqual({ HUB_TOKEN: 'hf_new' })
  })

  it('never show a value, whatever it is, and take none that is none', async () => {
    const namespace = 'secrets-hostile'
    await makeNamespace(namespace)
    const marker = 'hf_MARKERofTheValue'
    const hostile = [
      `${marker}\0x`,
      `${marker}\nx`,
      `${marker}${'x'.repeat(2 * 1024 * 1024)}`,
      '',
      '  \n',
      `${marker}\u001B[31m`,
    ]
    for (const value of hostile) {
      const { code, stdout, stderr } = await cli(namespace, 'secrets set HUB_TOKEN', value)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain('This cannot be the value of HUB_TOKEN')
      expect(stderr).not.toContain(marker)
    }
    expect(await secretIn(namespace, 'vault-secrets')).toBeUndefined()
    const lines = [
      ['secrets set HUB_TOKEN', `${marker}\n`, 0],
      ['secrets set HUB_TOKEN --json', marker.toLowerCase(), 0],
      ['secrets rotate HUB_TOKEN --json', marker, 0],
      ['secrets check', '', 2],
      ['secrets check --json', '', 2],
      ['apply --no-wait', '', 1],
    ] as const
    for (const [line, stdin, expected] of lines) {
      const { code, stdout, stderr } = await cli(namespace, line, stdin)
      expect([line, code]).toEqual([line, expected])
      expect((stdout + stderr).toLowerCase()).not.toContain(marker.toLowerCase())
      expect(stdout + stderr).not.toContain(Buffer.from(marker).toString('base64'))
      const told = line.endsWith('--json') ? JSON.parse(stdout) : { fleet: 'vault' }
      expect(told).toMatchObject({ fleet: 'vault' })
    }
    expect(await valuesOf(namespace, 'vault-secrets')).toEqual({ HUB_TOKEN: marker })
  })
})
