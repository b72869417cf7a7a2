import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import type { FleetStatus, Target } from '../targets/index.ts'
import { findTarget, readFleet, resolveFleetName } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-operate-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}
const options = { workingFolder: folder }
const good = 'name: lab\nmodels:\n  - name: small\n    engine: simulated\n'

describe('reading a Fleet file', () => {
  it('gives the Fleet, and the absolute path for the processes that read it again', async () => {
    const read = await readFleet(file('good.yaml', good), {}, options)
    expect(read.fleet.name).toBe('lab')
    expect(read.file).toBe(join(folder, 'good.yaml'))
  })

  it('lets the environment override a field', async () => {
    const environment = { FAIRLEAD_GATEWAY_LISTEN: '127.0.0.1:9999' }
    const read = await readFleet(file('good.yaml', good), environment, options)
    expect(read.fleet.gateway.listen).toBe('127.0.0.1:9999')
  })

  it.each([
    ['missing.yaml', undefined, /cannot be read/],
    ['broken.yaml', 'name: lab\nmodels: 7\n', /broken\.yaml has/],
    ['large.yaml', `# ${'x'.repeat(2_000_000)}`, /too large/],
  ])('says what is wrong with %s, as a mistake that a person can mend', async (name, text, message) => {
    if (text !== undefined) file(name, text)
    const failure = await readFleet(name, {}, options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UserError)
    expect((failure as UserError).message).toMatch(message)
  })
})

describe('targets by name', () => {
  it('has local', async () => expect((await findTarget('local')).name).toBe('local'))
  it.each(['kubernetes', 'kserve', 'llmd'])('has %s, and connects only when a verb needs it', async (name) => {
    const target = await findTarget(name, { environment: {} })
    expect(target.name).toBe(name)
    await target.close()
  })
  it('says which there are', async () => {
    await expect(findTarget('nomad')).rejects.toThrow('There is no target “nomad”')
  })
})

const unused = () => Promise.reject(new Error('not asked for'))
const unusedEach: Target['logs'] & Target['events'] = () => {
  throw new Error('not asked for')
}

/** A target on which these Fleets are known. */
const targetWith = (fleets: Readonly<Record<string, boolean>>): Target => {
  const status = async (fleet: string): Promise<FleetStatus> => ({
    fleet,
    target: 'local',
    running: fleets[fleet] === true,
    gateway: null,
    replicas: [],
  })
  return {
    name: 'local',
    plan: unused,
    secrets: unused,
    setSecret: unused,
    apply: unused,
    delete: unused,
    logs: unusedEach,
    events: unusedEach,
    scale: unused,
    restart: unused,
    rollout: unused,
    revisions: unused,
    rollback: unused,
    portForward: unused,
    evidence: unused,
    exec: unused,
    debug: unused,
    close: unused,
    status,
    list: async () => Object.keys(fleets),
  }
}

const resolve = (argument: string | undefined, fleets: Readonly<Record<string, boolean>>) =>
  resolveFleetName(argument, {}, targetWith(fleets), folder)

// proves B7 (real part)
describe('which Fleet is meant', () => {
  it('is the one of the file', async () => expect(await resolve(file('a.yaml', good), {})).toBe('lab'))
  it('is the one of the name, running or not', async () => expect(await resolve('other', { lab: true })).toBe('other'))
  it('is the only one', async () => expect(await resolve(undefined, { lab: false })).toBe('lab'))
  it('is the only one that runs', async () => expect(await resolve(undefined, { a: false, b: true })).toBe('b'))
  it('is never guessed', async () => {
    await expect(resolve(undefined, { a: true, b: true })).rejects.toMatchObject({
      parts: { what: 'There are 2 Fleets: a, b', mend: expect.stringContaining('`fairlead down NAME`') },
    })
  })
  it('says how to start one when there is none', async () => {
    await expect(resolve(undefined, {})).rejects.toMatchObject({ parts: { command: 'fairlead up' } })
  })
})
