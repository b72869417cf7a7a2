import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { loadApiKeys, presentedKey, readSecret, secretFile } from './index.ts'

const aliceKey = 'sk-alice-0123456789abcdef'
const bobKey = 'sk-bob-0123456789abcdef01'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-access-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const context = (environment: Record<string, string> = {}) => ({ environment, baseFolder: folder })
const error = async (promise: Promise<unknown>): Promise<UserError> => {
  const reason: unknown = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(reason).toBeInstanceOf(UserError)
  return reason as UserError
}

const key = (name: string, value: { env?: string; file?: string }) => ({
  name,
  value,
  scopes: ['inference' as const],
  models: [],
})
const load = (keysFile: string) =>
  writeFile(join(folder, 'keys'), keysFile).then(() => loadApiKeys({ keys: [], keysFile: 'keys' }, context()))

// proves D1 (real part)
describe('API keys', () => {
  it('accepts keys from the environment, a file and a keys file, plain or as digest, and nothing else', async () => {
    await writeFile(join(folder, 'bob.key'), `${bobKey}\n`)
    const carolKey = 'sk-carol-0123456789abcdef'
    const digest = createHash('sha256').update(carolKey).digest('hex')
    await writeFile(
      join(folder, 'keys'),
      `# comment\n\ncarol sha256:${digest.toUpperCase()}\r\ndave\tsk-dave-0123456789abcdef\n`,
    )
    const keys = await loadApiKeys(
      { keys: [key('alice', { env: 'ALICE' }), key('bob', { file: 'bob.key' })], keysFile: 'keys' },
      context({ ALICE: aliceKey }),
    )
    expect(keys.size).toBe(4)
    expect([aliceKey, bobKey, carolKey, 'sk-dave-0123456789abcdef'].map((key) => keys.identify(key)?.name)).toEqual([
      'alice',
      'bob',
      'carol',
      'dave',
    ])
    for (const wrong of ['', `${aliceKey} `, aliceKey.slice(1), digest, `sha256:${digest}`]) {
      expect(keys.identify(wrong)).toBeUndefined()
    }
  })

  it('knows what a key may open, and forgets it at its end', async () => {
    const keys = await loadApiKeys(
      {
        keys: [
          { ...key('alice', { env: 'ALICE' }), scopes: ['metrics'], models: ['small'], expires: '2999-01-31' },
          { ...key('bob', { env: 'BOB' }), expires: '2001-01-31T12:00Z' },
        ],
      },
      context({ ALICE: aliceKey, BOB: bobKey }),
    )
    expect(keys.identify(aliceKey)).toMatchObject({ scopes: new Set(['metrics']), models: new Set(['small']) })
    expect(keys.identify(bobKey)).toBeUndefined()
  })

  it.each([
    ['one word', 'alice\n', 1, 'It has one word only.'],
    ['three words', `# x\nalice ${aliceKey} extra\n`, 2, 'It has 3 words.'],
    ['a short key', 'alice short\n', 1, 'It has 5 characters'],
    ['a digest cut short', 'alice sha256:abcd\n', 1, '64 hexadecimal digits'],
    ['the same key twice', `alice ${aliceKey}\nbob ${aliceKey}\n`, 2, 'keys:1'],
  ])('names the line of a keys file with %s, and never shows the key', async (_title, content, line, why) => {
    const { parts } = await error(load(content))
    expect(parts.where).toBe(`${join(folder, 'keys')}:${line}`)
    expect(parts.why).toContain(why)
    expect(JSON.stringify(parts)).not.toContain(aliceKey)
  })
})

describe('secrets', () => {
  it.each([
    ['a variable that is not set', { env: 'ABSENT' }, 'The environment variable ABSENT is not set'],
    ['an empty variable', { env: 'EMPTY' }, 'The environment variable EMPTY is empty'],
    ['a missing file', { file: 'absent' }, 'absent cannot be read'],
    ['a Kubernetes Secret on this machine', { secretRef: { name: 'a', key: 'b' } }, 'The Secret a is not mounted here'],
    ['no place', {}, 'must say in exactly one way'],
    ['two places', { env: 'A', file: 'b' }, 'must say in exactly one way'],
  ])('says what is wrong with %s', async (_title, reference, what) => {
    const { parts } = await error(readSecret(reference, 'models[0].apiKey', context({ EMPTY: ' ' })))
    expect(parts.what).toContain(what)
  })

  // proves B3 (simulated)
  it('are read from mounted Secrets, and followed as files', async () => {
    const secretsFolder = join(folder, 'mounted')
    await mkdir(join(secretsFolder, 'lab-keys'), { recursive: true })
    await writeFile(join(secretsFolder, 'lab-keys', 'alice.key'), `${aliceKey}\n`)
    const reference = { secretRef: { name: 'lab-keys', key: 'alice.key' } }
    for (const where of [{ ...context(), secretsFolder }, context({ FAIRLEAD_SECRETS_FOLDER: secretsFolder })]) {
      expect(await readSecret(reference, 'x', where)).toBe(aliceKey)
      expect(secretFile(reference, where)).toBe(join(secretsFolder, 'lab-keys', 'alice.key'))
    }
    expect(secretFile(reference, context())).toBe('/var/run/secrets/fairlead/lab-keys/alice.key')
  })

  it.each([
    ['absent', 'b', 'The Secret absent is not mounted here', 'its key b'],
    ['lab', 'absent', 'The key absent of the Secret lab cannot be read', 'There is no such file'],
    ['lab', 'empty', 'The key empty of the Secret lab is empty', 'models[0].apiKey'],
    ['lab', 'large', 'The key large of the Secret lab cannot be read', 'more than 65536 bytes'],
    ['lab', '../other/key', '"../other/key" is no key', 'the Secret lab'],
    ['lab', '..', '".." is no key', 'the Secret lab'],
  ])('of the mounted Secret %s with the key %s name both and never a value', async (name, key, what, why) => {
    await mkdir(join(folder, 'lab'))
    await writeFile(join(folder, 'lab', 'empty'), ' \n')
    await writeFile(join(folder, 'lab', 'large'), aliceKey.repeat(10_000))
    const reading = readSecret({ secretRef: { name, key } }, 'models[0].apiKey', {
      ...context(),
      secretsFolder: folder,
    })
    const { parts } = await error(reading)
    expect(parts.where).toBe('models[0].apiKey')
    expect(parts.what).toContain(what)
    expect(parts.why).toContain(why)
    expect(JSON.stringify(parts)).not.toContain(aliceKey)
  })

  it('refuses an empty file', async () => {
    await writeFile(join(folder, 'empty'), '\n')
    expect((await error(readSecret({ file: 'empty' }, 'x', context()))).parts.what).toContain('is empty')
  })
})

describe('the presented key', () => {
  it.each([
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'bearer  abc ' }, 'abc'],
    [{ authorization: 'Basic abc' }, undefined],
    [{ authorization: 'Bearer' }, undefined],
    [{ authorization: 'Basic abc', 'x-api-key': 'def' }, undefined],
    [{ 'x-api-key': 'def' }, 'def'],
    [{}, undefined],
  ])('is read from %o', (headers: { authorization?: string; 'x-api-key'?: string }, key) => {
    expect(presentedKey(headers.authorization, headers['x-api-key'])).toBe(key)
  })
})
