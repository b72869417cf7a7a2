import { describe, expect, it } from 'vitest'
import { fleetSchema } from '../../../fleet/index.ts'
import type { KubernetesObject, LiveObject } from '../../../kubernetes/index.ts'
import { externalSecretOf, type ExternalSecret } from './external-secrets.ts'
import { foundSecretOf, stateOf, type FoundSecret } from './observe-secrets.ts'
import { wantedSecrets } from './wanted-secrets.ts'

const live = (more: object, metadata: object = {}): LiveObject =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', uid: 'u', ...metadata }, ...more }) as LiveObject

const object = { namespace: 'llm', name: 'keys', key: 'a' }
const found = (more: Partial<FoundSecret>): FoundSecret => ({
  filled: new Set(),
  empty: new Set(),
  owner: undefined,
  ...more,
})
const maker: ExternalSecret = { name: 'ext', makes: 'keys', isReady: false, why: 'SecretSyncedError' }

// proves B7 (real part)
describe('how a key of a Secret stands', () => {
  it.each([
    ['there', found({ filled: new Set(['a']) }), undefined, ['present', '']],
    [
      'made by another',
      found({ filled: new Set(['a']), owner: 'SealedSecret x' }),
      undefined,
      ['present', 'SealedSecret x makes it'],
    ],
    [
      'made by one that fails',
      found({ filled: new Set(['a']) }),
      maker,
      ['present', 'ExternalSecret ext makes it, and is not ready: SecretSyncedError'],
    ],
    ['empty', found({ empty: new Set(['a']) }), undefined, ['absent', 'key a of Secret keys is empty']],
    ['not among its keys', found({}), undefined, ['absent', 'Secret keys has no key a']],
    ['without its Secret', 'absent' as const, undefined, ['absent', 'there is no Secret keys in namespace llm']],
    ['not to be seen', 'unknown' as const, maker, ['unknown', 'this account may not read Secret keys']],
  ])('%s', (_, secret, by, [state, detail]) => {
    expect(stateOf(object, secret, by)).toMatchObject({ state, detail })
  })

  it('leaves values behind', () => {
    const secret = foundSecretOf(live({ data: { a: 'TUFSSw==', b: '' } }))
    expect(secret).toEqual({ filled: new Set(['a']), empty: new Set(['b']), owner: undefined })
  })
})

describe('an ExternalSecret', () => {
  it.each([
    [{ target: { name: 'keys' } }, undefined, { makes: 'keys', isReady: false, why: '' }],
    [{}, { conditions: [{ type: 'Ready', status: 'True', reason: 'SecretSynced' }] }, { makes: 'ext', isReady: true }],
    [
      { target: { name: '' } },
      { conditions: [{ type: 'Ready', status: 'False', message: `no\n\u0000${'x'.repeat(500)}` }] },
      { makes: 'ext', isReady: false, why: `no ${'x'.repeat(197)}` },
    ],
    ['none', ['x'], { makes: 'ext', isReady: false }],
  ])('is read whatever it says: %j', (spec, status, expected) => {
    expect(externalSecretOf(live({ spec, status }, { name: 'ext' }))).toMatchObject(expected)
  })
})

const pod = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'lab-x', namespace: 'llm' },
  spec: { template: { spec } },
})

// proves B7 (real part)
describe('the Secrets of a Fleet', () => {
  const fleet = fleetSchema.parse({
    name: 'lab',
    models: [{ name: 'small', engine: 'simulated' }],
    gateway: { listen: '0.0.0.0:8080' },
    storage: { images: { pullSecrets: ['login'] } },
  })
  it('are the keys that a gateway without any is given, logins of registries, and what pods of others name', () => {
    const objects = [pod({ volumes: [{ name: 'v', secret: { secretName: 'of-an-operator' } }] })]
    const secrets = wantedSecrets({ fleet, target: 'kubernetes', namespace: 'llm', objects })
    expect(secrets.map(({ kind, place, uses }) => [kind, place, uses[0]?.path])).toEqual([
      ['keys-file', 'key keys.txt of Secret lab-secrets in namespace llm', 'access.keysFile'],
      ['registry-login', 'key .dockerconfigjson of Secret login in namespace llm', 'storage.images.pullSecrets[0]'],
      ['value', 'Secret of-an-operator in namespace llm', ''],
    ])
  })

  it('are read where a pod or an account names them, and unused where none does', () => {
    const withToken = {
      ...fleet,
      models: fleet.models.map((model) => Object.assign({}, model, { token: { env: 'HUB' } })),
    }
    const readWith = (...objects: object[]) =>
      wantedSecrets({
        fleet: withToken,
        target: 'kserve',
        namespace: 'llm',
        objects: objects as KubernetesObject[],
      }).find(({ name }) => name === 'HUB')?.isRead
    const secretKeyRef = { name: 'lab-secrets', key: 'HUB' }
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', namespace: 'llm' } }
    expect(readWith(pod({ containers: [{ env: [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef } }] }] }))).toBe(true)
    expect(readWith({ ...account, secrets: [{ name: 'lab-secrets' }] })).toBe(true)
    expect(readWith(account, pod({ containers: [] }))).toBe(false)
  })
})
