import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, asyncProperty, string } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentProgress } from '../../local/testing/silent-progress.ts'
import { composeSource } from './testing/compose-source.ts'
import { variablesOf, withVariable } from './dotenv.ts'
import { createComposeTarget } from './target.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fairlead-compose-secrets-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const input = {
  name: 'lab',
  models: [{ name: 'small', engine: 'simulated' as const }],
  access: {
    keys: [
      { name: 'alice', value: { env: 'ALICE' } },
      { name: 'bob', value: { secretRef: { name: 'keys', key: 'bob' } } },
    ],
    keysFile: 'keys.txt',
  },
}
const project = () => join(folder, 'project')
const environment = () => ({ HOME: folder, PATH: '' })
const target = () => createComposeTarget({ environment: environment(), folder: project() })
const context = () => ({ environment: environment(), progress: silentProgress(), signal: new AbortController().signal })
const set = (name: string, value: string) =>
  target().setSecret(composeSource(input, folder), { name, value: async () => value }, context())
const modeOf = (path: string) => statSync(path).mode & 0o777
const states = async (environment = {}) =>
  (
    await createComposeTarget({ environment: { HOME: folder, PATH: '', ...environment }, folder: project() }).secrets(
      composeSource(input, folder),
      {},
    )
  ).map(({ name, state }) => `${name} ${state}`)

// proves B7 (real part)
describe('secrets of a Compose project', () => {
  it('are looked for in .env, in the shell, in secrets/ and beside the Fleet of the gateway', async () => {
    expect(await states()).toEqual(['ALICE absent', 'keys absent', 'keys.txt absent'])
    expect(await states({ ALICE: 'sk-0123456789abcdef' })).toContain('ALICE present')
    mkdirSync(join(project(), 'secrets', 'keys'), { recursive: true })
    writeFileSync(join(project(), 'secrets', 'keys', 'bob'), '\n')
    expect(await states()).toContain('keys absent')
    await set('ALICE', 'sk-alice-0123456789')
    await set('keys', 'sk-bob-0123456789')
    await set('keys.txt', 'carol sk-carol-0123456789\n')
    expect(await states()).toEqual(['ALICE present', 'keys present', 'keys.txt present'])
    expect(readFileSync(join(project(), 'gateway', 'keys.txt'), 'utf8')).toBe('carol sk-carol-0123456789\n')
  })

  it('are not asked for here where engines on other hosts alone read them', async () => {
    const model = { name: 'far', source: 'hf://o/m', hardware: { gpu: 'l4' }, token: { env: 'HUB_TOKEN' } }
    const hosts = [{ name: 'gpu-1', address: '10.0.0.11', apiKey: { secretRef: { name: 'engines', key: 'gpu-1' } } }]
    const spread = {
      name: 'lab',
      models: [{ ...model, placement: { hosts: ['gpu-1'] } }],
      targets: { compose: { hosts } },
    }
    const found = await target().secrets(composeSource(spread, folder), {})
    expect(found.map(({ name, state, detail }) => [name, state, detail])).toEqual([
      ['HUB_TOKEN', 'unused', 'engines on gpu-1 alone read it: set it there, in the folder of that host'],
      ['engines', 'absent', expect.stringContaining('secrets/engines/gpu-1 is not there')],
    ])
  })

  it('are written so that containers can read them and others of the host cannot', async () => {
    await set('ALICE', 'sk-alice-0123456789')
    await set('keys', 'sk-bob-0123456789')
    const file = join(project(), 'secrets', 'keys', 'bob')
    expect([modeOf(join(project(), '.env')), modeOf(join(project(), 'secrets')), modeOf(file)]).toEqual([
      0o600, 0o700, 0o644,
    ])
  })

  it('keep the inode of a file, which is what a container has mounted', async () => {
    await set('keys', 'sk-bob-0123456789-which-is-longer')
    const file = join(project(), 'secrets', 'keys', 'bob')
    const { ino } = statSync(file)
    expect(await set('keys', 'sk-bob-9876543210')).toMatchObject({ replaced: true })
    expect([statSync(file).ino, readFileSync(file, 'utf8')]).toEqual([ino, 'sk-bob-9876543210\n'])
  })

  it('stop apply before a container starts, the file of keys too, which Compose itself does not miss', async () => {
    await expect(target().apply(composeSource(input, folder), context())).rejects.toMatchObject({
      parts: {
        why: expect.stringMatching(/ALICE[\s\S]*keys\/bob[\s\S]*gateway\/keys\.txt/),
        command: 'fairlead secrets set ALICE --target compose',
      },
    })
  })
})

describe('a variable in .env', () => {
  it('takes the place of its lines and leaves all others as they are', () => {
    const before = '# keys\nexport ALICE=old\nBOB=x # mine\nALICE="older"\n'
    expect(withVariable(before, 'ALICE', 'new')).toBe('# keys\nALICE=new\nBOB=x # mine\n')
    expect(withVariable('BOB=x', 'ALICE', 'a b$c#d"')).toBe(`BOB=x\nALICE='a b$c#d"'\n`)
    expect(withVariable('', 'ALICE', 'x')).toBe('ALICE=x\n')
  })

  it.each([`it's`, 'ends\\'])('is refused where no quotation carries it: %s', (value) => {
    expect(() => withVariable('', 'ALICE', value)).toThrow('The value of ALICE cannot stand in a .env file')
  })

  it('is not set into a value of several lines', () => {
    expect(() => withVariable('ALICE="one\ntwo"\n', 'ALICE', 'x')).toThrow('several lines')
  })

  it('is read back as it was written', async () => {
    const file = join(folder, '.env')
    const values = string({ unit: 'binary', minLength: 1 }).filter(
      (value) => value.trim() === value && !/[\p{Cc}']/u.test(value) && !value.endsWith('\\'),
    )
    await assert(
      asyncProperty(values, async (value) => {
        writeFileSync(file, withVariable('OTHER=1\n', 'ALICE', value))
        expect((await variablesOf(file)).get('ALICE')).toBe(value)
      }),
      { numRuns: 300 },
    )
  })
})
