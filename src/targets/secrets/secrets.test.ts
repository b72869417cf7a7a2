import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import type { FleetSecret } from '../contract.ts'
import { chooseSecret, fleetSecrets, readSecretValue, secretCommand } from './index.ts'

const text = `name: lab
models:
  - name: small
    engine: vllm
    source: hf://o/m
    hardware: { gpu: l40s }
    token: { env: HUB }
  - name: outside
    addresses: [http://10.0.0.1:8000]
    apiKey: { env: HUB }
access:
  keys:
    - { name: a, value: { secretRef: { name: keys, key: a } } }
    - { name: b, value: { secretRef: { name: keys, key: b } } }
  keysFile: keys.txt
targets: { default: compose }
`
const loaded = loadFleet(text, { file: 'fleet.yaml', purpose: 'compose' })
const source = { fleet: requireFleet(loaded), positionOf: loaded.positionOf }
const secrets = fleetSecrets(source, 'compose', ({ reference, isFollowed }) => ({
  place: JSON.stringify(reference),
  pickup: isFollowed ? 'reload' : 'restart',
}))

function mistake(work: () => unknown): UserError {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('it was taken')
}

// proves B7 (real part)
describe('the secrets of a Fleet', () => {
  it('are those that its fields refer to, each once, with every field, its line and who reads it', () => {
    expect(
      secrets.map(({ name, key, kind, uses }) => [name, key, kind, uses.map(({ path, line }) => `${path}:${line}`)]),
    ).toEqual([
      ['HUB', undefined, 'value', ['models[0].token:7', 'models[1].apiKey:10']],
      ['keys', 'a', 'api-key', ['access.keys[0].value:13']],
      ['keys', 'b', 'api-key', ['access.keys[1].value:14']],
      ['keys.txt', undefined, 'keys-file', ['access.keysFile:15']],
    ])
    expect(secrets[0]?.uses.map(({ readers, pickup }) => [readers, pickup])).toEqual([
      [['small'], 'restart'],
      [['gateway'], 'reload'],
    ])
  })

  it('are not read where nothing acts on the field', () => {
    const here = fleetSecrets(source, 'local', () => ({ place: 'x', pickup: 'apply' }))
    const onlyToken = {
      ...source.fleet,
      models: source.fleet.models.slice(0, 1),
      access: { ...source.fleet.access, keys: [] },
    }
    const [token] = fleetSecrets({ fleet: onlyToken }, 'local', ({ path }) => ({ place: path, pickup: 'apply' }))
    expect(token).toMatchObject({ name: 'HUB', isRead: false })
    expect(here[0]?.isRead).toBe(true)
  })

  it('are meant by their name in the Fleet, with a key where there are several', () => {
    expect(chooseSecret(secrets, { name: 'HUB' }, 'lab').name).toBe('HUB')
    expect(chooseSecret(secrets, { name: 'keys', key: 'b' }, 'lab').key).toBe('b')
    expect(mistake(() => chooseSecret(secrets, { name: 'keys' }, 'lab')).parts).toMatchObject({
      what: 'keys has several keys that Fleet lab refers to',
      why: 'keys a, keys b',
    })
    expect(mistake(() => chooseSecret(secrets, { name: 'HUP' }, 'lab')).exitCode).toBe(64)
    const object = { namespace: 'llm', name: 'lab-secrets', key: 'HUB' }
    const inCluster = secrets.map((secret) => (secret.name === 'HUB' ? Object.assign({}, secret, { object }) : secret))
    expect(chooseSecret(inCluster, { name: 'lab-secrets', key: 'HUB' }, 'lab').name).toBe('HUB')
  })

  it.each(['../../etc/passwd', '..', '.', '..data', 'a/b', ''])(
    'are not written under a key that is a path: %j',
    (key) => {
      const [secret] = secrets
      if (secret === undefined) throw new Error('there is one')
      const hostile = [{ ...secret, name: 'keys', key }]
      expect(mistake(() => chooseSecret(hostile, { name: 'keys' }, 'lab')).message).toMatch(
        /is no key that a Secret can have/,
      )
    },
  )

  it('are set by a command that a shell takes as it is', () => {
    const place = { fleet: source.fleet, target: 'kubernetes' } as const
    expect(secretCommand('set', { name: 'keys', key: 'a' }, { ...place, shownAs: 'a b.yaml' })).toBe(
      "fairlead secrets set keys a 'a b.yaml' --target kubernetes",
    )
    expect(secretCommand('set', { name: "it's" }, { ...place, shownAs: 'fleet.yaml', target: 'compose' })).toBe(
      String.raw`fairlead secrets set 'it'\''s'`,
    )
  })
})

const variable: FleetSecret = { name: 'HUB', kind: 'value', place: 'HUB', uses: [], isRead: true }
const file: FleetSecret = { ...variable, name: 'tls', key: 'ca.crt' }
const apiKey: FleetSecret = { ...variable, kind: 'api-key' }
const keysFile: FleetSecret = { ...variable, name: 'keys.txt', kind: 'keys-file' }

// proves B7 (real part)
describe('the value of a secret', () => {
  it.each([
    ['without the line end of an editor', variable, 'hf_1\n', 'hf_1'],
    ['without that of another system', variable, 'hf_1\r\n', 'hf_1'],
    ['without a byte order mark', variable, '\uFEFFhf_1', 'hf_1'],
    ['in several lines for a file', file, '-----BEGIN\nx\n-----END\n', '-----BEGIN\nx\n-----END'],
    ['of other scripts', variable, 'пароль', 'пароль'],
    ['as a file of keys, whole', keysFile, '# keys\na sk-0123456789abcdef\n', '# keys\na sk-0123456789abcdef\n'],
    ['of as many bytes as are read', variable, 'x'.repeat(64 * 1024), 'x'.repeat(64 * 1024)],
  ])('is taken %s', (_, secret, given, expected) => {
    expect(readSecretValue(Buffer.from(given), secret)).toBe(expected)
  })

  it.each<[string, FleetSecret, string | Buffer, RegExp]>([
    ['empty', variable, '', /It is empty/],
    ['blank', variable, ' \n\t\n', /It is empty/],
    ['with a NUL', variable, 'MARK\0', /control character/],
    ['with an escape sequence', file, 'MARK\u001B[2J', /control character/],
    ['with a C1 control character', variable, 'MARK\u009B', /control character/],
    ['of several lines for a variable', variable, 'MARK\nMARK', /several lines/],
    ['of several lines for a key', apiKey, 'MARK0123456789abcdef\rMARK', /several lines/],
    ['with a blank around', variable, ' MARK', /begins or ends with a blank/],
    ['too long', variable, `MARK${'x'.repeat(64 * 1024)}`, /more than 65536 bytes/],
    ['of two megabytes', keysFile, `MARK ${'x'.repeat(2 * 1024 * 1024)}`, /more than 1048576 bytes/],
    ['in no UTF-8', variable, Buffer.from([0x4d, 0xff, 0xfe]), /no text in UTF-8/],
    ['too short for a key', apiKey, 'MARK', /at least 16/],
    ['of other letters for a key', apiKey, 'MARK-ключ-0123456789', /no header field/],
    ['with a blank in a key', apiKey, 'MARK 0123456789abcdef', /no header field/],
    ['no file of keys', keysFile, 'MARK0123456789abcdef', /one word only/],
  ])('is refused %s, and is in no word of the refusal', (_, secret, given, why) => {
    const { parts, message, stack } = mistake(() => readSecretValue(Buffer.from(given), secret))
    expect(`${parts.what} ${parts.why}`).toMatch(why)
    expect(`${JSON.stringify(parts)} ${message} ${stack}`).not.toContain('MARK')
  })
})
