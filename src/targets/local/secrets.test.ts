import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import type { FleetSource } from '../contract.ts'
import { localTarget } from './index.ts'
import { silentProgress } from './testing/silent-progress.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fairlead-local-secrets-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const text = `name: lab
models: [{ name: small, engine: simulated, token: { env: HUB } }]
access:
  keys:
    - { name: alice, value: { env: ALICE } }
    - { name: bob, value: { file: secrets/bob } }
    - { name: carol, value: { secretRef: { name: keys, key: carol } } }
`

function source(): FleetSource {
  const loaded = loadFleet(text, { file: 'fleet.yaml' })
  return {
    fleet: requireFleet(loaded),
    file: join(folder, 'fleet.yaml'),
    shownAs: 'fleet.yaml',
    positionOf: loaded.positionOf,
  }
}
const context = () => ({
  environment: { HOME: folder, FAIRLEAD_SECRETS_FOLDER: join(folder, 'mounted') },
  progress: silentProgress(),
  signal: new AbortController().signal,
})
const set = (name: string, value: string) =>
  localTarget.setSecret(source(), { name, value: async () => value }, context())
const value = () => Promise.reject(new Error('asked'))
const modeOf = (file: string) => statSync(file).mode & 0o777

// proves B7 (real part)
describe('secrets on this machine', () => {
  it('stop a start before any process is there, every absent one with its line and what mends it', async () => {
    await expect(localTarget.apply(source(), context())).rejects.toMatchObject({
      parts: {
        what: '3 secrets of Fleet lab are absent on target local',
        why: expect.stringMatching(
          /^ALICE: .*access\.keys\[0\]\.value \(line 5\) of fleet\.yaml.*export ALICE=…\nsecrets\/bob: .*\(line 6\).*fairlead secrets set secrets\/bob\nkeys carol: .*\(line 7\).*fairlead secrets set keys carol$/,
        ),
      },
    })
    expect(existsSync(join(folder, '.local'))).toBe(false)
  })

  it('are told without their values: what is there, what lacks, what nobody reads, and which files others may read', async () => {
    await set('secrets/bob', 'MARK0123456789abcdef')
    chmodSync(join(folder, 'secrets', 'bob'), 0o644)
    const states = await localTarget.secrets(source(), { ...context().environment, ALICE: 'MARK-of-alice-0123' })
    expect(states.map(({ name, state, detail }) => [name, state, detail])).toEqual([
      ['HUB', 'unused', 'nothing on target local reads it'],
      ['ALICE', 'present', ''],
      ['secrets/bob', 'present', 'others of this machine may read or change it (mode 0644)'],
      ['keys', 'absent', expect.stringContaining('Secret keys is not mounted')],
    ])
    expect(JSON.stringify(states)).not.toContain('MARK')
  })

  it('are written where they are files, for this user alone, and replaced as a whole', async () => {
    expect(await set('secrets/bob', 'sk-0123456789abcdef')).toMatchObject({ replaced: false })
    const file = join(folder, 'secrets', 'bob')
    expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['sk-0123456789abcdef\n', 0o600])
    chmodSync(file, 0o644)
    expect(await set('secrets/bob', 'sk-another-0123456')).toMatchObject({ replaced: true })
    expect(modeOf(file)).toBe(0o600)
    await set('keys', 'sk-carol-0123456789')
    expect(readFileSync(join(folder, 'mounted', 'keys', 'carol'), 'utf8')).toBe('sk-carol-0123456789\n')
  })

  it('that are variables cannot be set, which is said before the value is asked for', async () => {
    await expect(localTarget.setSecret(source(), { name: 'ALICE', value }, context())).rejects.toMatchObject({
      parts: { what: 'ALICE is a variable, which only whoever starts the Fleet can set' },
    })
  })

  it('that cannot be written say why', async () => {
    writeFileSync(join(folder, 'secrets'), 'a file where a folder is to be')
    await expect(set('secrets/bob', 'sk-0123456789abcdef')).rejects.toMatchObject({
      parts: { what: expect.stringContaining('cannot be written') },
    })
  })
})
