import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Environment } from '../../files/index.ts'
import { UserError } from '../../errors/index.ts'
import type { Target } from '../../targets/index.ts'
import { Bundle, safePath } from './bundle.ts'
import { gatherSupportBundle, type SupportQuestion } from './gather.ts'
import { createRedactor } from './redact.ts'
import { tarOf } from './tar.ts'
import { within } from './within.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-support-'))
  folders.push(folder)
  return folder
}

/** What the real tar makes of an archive: every file by its path. */
function unpacked(archive: Uint8Array, flags = '-xzf'): ReadonlyMap<string, string> {
  const folder = scratch()
  const inside = mkdtempSync(join(folder, 'x'))
  writeFileSync(join(folder, 'a.tar'), archive)
  execFileSync('tar', [flags, join(folder, 'a.tar'), '-C', inside])
  const names = readdirSync(inside, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(inside, name)).isFile(),
  )
  return new Map(names.map((name) => [name, readFileSync(join(inside, name), 'utf8')]))
}

async function* each<Value>(...values: readonly Value[]): AsyncGenerator<Value> {
  yield* values
}

const unused = () => Promise.reject(new Error('not asked'))
/** A Fleet of a target whose answers a test writes. */
const targetWith = (answers: Partial<Target>): Target => ({
  name: 'kubernetes',
  plan: async () => ({ actions: [], hasChanges: false }),
  secrets: unused,
  setSecret: unused,
  apply: unused,
  status: async () => ({ fleet: 'lab', target: 'kubernetes', running: true, gateway: null, replicas: [] }),
  list: unused,
  logs: () => each(),
  events: () => each(),
  evidence: async () => [],
  exec: unused,
  debug: unused,
  scale: unused,
  restart: unused,
  rollout: unused,
  revisions: async () => [],
  rollback: unused,
  delete: unused,
  portForward: unused,
  close: async () => {},
  ...answers,
})

const fleetText = 'name: lab\nmodels: [{ name: small, engine: simulated }]\n'
const revision = (text = fleetText) => ({
  number: 3,
  appliedAt: '2026-11-22T10:00:00Z',
  version: '0.1.0',
  reason: 'apply',
  objects: 4,
  isCurrent: true,
  fleetText: text,
})

async function gather(answers: Partial<Target>, more: Partial<SupportQuestion> = {}) {
  const environment: Environment = { HOME: scratch(), PATH: process.env['PATH'] }
  const bundle = await gatherSupportBundle({
    fleet: 'lab',
    target: targetWith(answers),
    // Nothing answers there, so that the doctor has a cluster out of reach.
    cluster: { kubeconfig: join(environment['HOME'] ?? '', 'none.yaml') },
    folder: environment['HOME'] ?? '',
    environment,
    version: '0.1.0',
    logLines: 100,
    now: new Date('2026-11-22T10:15:00Z'),
    signal: new AbortController().signal,
    ...more,
  })
  const found = unpacked(bundle.archive)
  const file = (path: string) => found.get(`support-lab-20261122T101500Z/${path}`)
  return { ...bundle, found, file }
}

/** A secret that only its name or the environment gives away, and secrets by their form. */
const planted = 'correct horse battery/staple+1'
const formed = 'hf_PlantedPlantedPlanted0123456789'

const fails = () => Promise.reject(new Error('down'))

// proves B7 (real part)
describe('a support bundle', () => {
  it('has a planted secret nowhere, wherever it was planted', async () => {
    const everywhere = `before ${planted} Bearer ${formed} redis://:${encodeURIComponent(planted)}@h ${Buffer.from(planted).toString('base64')} after`
    const environment = {
      HOME: scratch(),
      PATH: process.env['PATH'],
      FAIRLEAD_API_KEY: planted,
    }
    const { found, file } = await gather(
      {
        status: async () => ({
          fleet: 'lab',
          target: 'kubernetes',
          running: true,
          gateway: { address: everywhere, admin: '', state: 'ready', lastError: everywhere },
          replicas: [
            {
              id: 'small-0',
              model: 'small',
              engine: 'simulated',
              state: everywhere,
              address: '',
              starts: 2,
              since: '',
              inFlight: null,
              tokensPerSecond: null,
              lastError: everywhere,
            },
          ],
        }),
        plan: () => Promise.reject(new UserError({ what: everywhere, why: everywhere })),
        events: () =>
          each({ at: '', severity: 'normal', subject: 'x', reason: '', message: everywhere, count: 1 } as const),
        logs: (_fleet, _environment, { previous }) =>
          each({ source: previous === true ? `${formed}` : `small-0/${formed}`, text: everywhere }),
        revisions: async () => [revision(`${fleetText}# ${everywhere}\n`)],
        evidence: async () => [
          { path: 'gateway/metrics.txt', read: async () => `${everywhere}\n` },
          {
            path: 'objects/deployment.yaml',
            read: async () => ({
              env: [{ name: 'DB_PASSWORD', value: 'otherwise-unknown' }],
              metadata: { annotations: { [everywhere]: everywhere } },
            }),
          },
          { path: `objects/${formed}.yaml`, read: async () => Promise.reject(new Error(everywhere)) },
        ],
      },
      { environment },
    )
    const all = [...found].map(([path, text]) => `${path}\n${text}`).join('\n')
    for (const secret of [planted, 'horse', encodeURIComponent(planted), formed, 'PlantedPlanted', 'otherwise-unknown'])
      expect(all).not.toContain(secret)
    expect(all).not.toContain(Buffer.from(planted).toString('base64'))
    // What stands around it is there.
    for (const path of ['status.json', 'events.jsonl', 'revisions.json', 'fleet.yaml', 'gateway/metrics.txt'])
      expect(file(path)).toMatch(/before \[redacted secret\].* after/)
    expect(file('objects/deployment.yaml')).toContain('[redacted DB_PASSWORD]')
    expect(file('missing.txt')).toContain('[redacted')
  })

  it('has every part, and names what cannot be had with its reason', async () => {
    const { file, missing, files } = await gather({
      revisions: async () => [revision()],
      status: () => Promise.reject(new UserError({ what: 'The cluster cannot be reached', why: 'connect\nrefused' })),
      logs: () => each({ source: 'small-0', text: 'loaded' }, { source: 'small-0', text: 'serving' }),
      evidence: async () => [
        { path: 'objects/service-lab.yaml', read: async () => [{ kind: 'Service' }, { kind: 'X' }] },
      ],
    })
    expect(file('logs/small-0.log')).toBe('loaded\nserving\n')
    expect(file('objects/service-lab.yaml')).toBe('kind: Service\n---\nkind: X\n')
    expect(file('fleet.yaml')).toBe(fleetText)
    expect(JSON.parse(file('plan.json') ?? '')).toMatchObject({ target: 'kubernetes', models: [{ name: 'small' }] })
    expect(JSON.parse(file('versions.json') ?? '')).toMatchObject({ fairlead: '0.1.0' })
    expect(file('missing.txt')).toContain('status.json: The cluster cannot be reached: connect refused\n')
    expect(missing.map(({ path }) => path)).toEqual(expect.arrayContaining(['doctor.json', 'status.json']))
    const manifest = JSON.parse(file('manifest.json') ?? '')
    expect(manifest.missing).toEqual(missing)
    expect(manifest.files).toContainEqual({ path: 'logs/small-0.log', bytes: 15 })
    expect(files.map(({ path }) => path)).toContain('manifest.json')
  })

  it('is made where nothing at all answers', async () => {
    const { missing, file } = await gather({ status: fails, revisions: fails, evidence: fails, plan: fails })
    expect(missing.map(({ path }) => path)).toEqual(expect.arrayContaining(['fleet.yaml', 'kubernetes', 'status.json']))
    expect(file('machine.json')).toContain('"cores"')
  })

  it('ends with whoever asked for it', async () => {
    const ending = new AbortController()
    const status = () => {
      ending.abort(new Error('stop'))
      return new Promise<never>(() => {})
    }
    await expect(gather({ status }, { signal: ending.signal })).rejects.toThrow('stop')
  })
})

const bundleOf = (fileBytes: number, allBytes = 1_000_000) => new Bundle(createRedactor(), { fileBytes, allBytes })
const listed = (bundle: Bundle) =>
  new Map(bundle.files().map(({ path, content }) => [path, Buffer.from(content).toString()]))

describe('the files of a bundle', () => {
  it('are cut at lines: of logs the end is kept', () => {
    const bundle = bundleOf(8)
    bundle.add('a.txt', 'one\ntwo\nthree\n')
    bundle.add('a.log', 'one\ntwo\nthree\n', 'end')
    const files = listed(bundle)
    expect(files.get('a.txt')).toBe('one\ntwo\n')
    expect(files.get('a.log')).toBe('three\n')
    expect(JSON.parse(files.get('manifest.json') ?? '').files).toContainEqual({
      path: 'a.txt',
      bytes: 8,
      cutFromBytes: 14,
    })
  })

  it('are no more than the bundle may hold', () => {
    const bundle = bundleOf(1_000, 10)
    bundle.add('a.txt', '12345678')
    bundle.add('b.txt', '12345678')
    expect(listed(bundle).has('b.txt')).toBe(false)
    expect(bundle.missing).toEqual([{ path: 'b.txt', why: expect.stringContaining('already') }])
  })

  it('lie in the bundle whatever they are called, and none over another', () => {
    expect(safePath('../../etc/./passwd')).toBe('etc/passwd')
    expect(safePath('/logs/a b\u0000c')).toBe('logs/a_b_c')
    const bundle = bundleOf(1_000)
    const long = `objects/${'n'.repeat(253)}.yaml`
    for (const content of ['1', '2', '3']) bundle.add(long, content)
    const files = bundle.files().map(({ path, content }) => ({ path: `${'f'.repeat(64)}/logs/${path}`, content }))
    expect(unpacked(tarOf(files, new Date()), '-xf').size).toBe(5)
  })
})

describe('work within a time', () => {
  it('is given up, with its signal fired', async () => {
    let given: AbortSignal | undefined
    const work = (signal: AbortSignal) => {
      given = signal
      return new Promise<never>(() => {})
    }
    await expect(within(10, new AbortController().signal, work)).rejects.toThrow('it took longer than 0.01 s')
    expect(given?.aborted).toBe(true)
  })
})
