import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProcessIdentity } from '../../discovery/index.ts'
import { fleetStateFolder, isAlive } from '../../files/index.ts'
import type { FleetInput } from '../../fleet/index.ts'
import { childrenOf } from './reap.ts'
import { eventually, Sandbox } from './testing/sandbox.ts'

// Real processes on a busy machine: a generous limit, which only a failure reaches.
const limit = { timeout: 60_000 }

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.close())

type ModelInput = FleetInput['models'][number]

const killed = (identity: ProcessIdentity | null | undefined): ProcessIdentity => {
  if (identity === null || identity === undefined) throw new Error('no such process')
  process.kill(identity.pid, 'SIGKILL')
  return identity
}

// proves B1 (real part)
describe('a Fleet on this machine', limit, () => {
  it('starts, answers, tells its status, and leaves nothing behind when it is stopped from elsewhere', async () => {
    const { supervisor, status, state } = await sandbox.upAndReady()
    expect(status.replicas.map(({ id, state, starts }) => ({ id, state, starts }))).toEqual([
      { id: 'small-0', state: 'ready', starts: 1 },
      { id: 'small-1', state: 'ready', starts: 1 },
    ])
    expect(status.gateway?.state).toBe('ready')
    for (const { address } of status.replicas) expect((await fetch(`${address}/health`)).status).toBe(200)
    expect((await fetch(`${status.gateway?.address}/readyz`)).status).toBe(200)

    const seen = await sandbox.target.status('lab', sandbox.environment)
    expect(seen.running).toBe(true)
    expect(seen.replicas[1]).toMatchObject({ id: 'small-1', inFlight: 2, tokensPerSecond: 12.5, lastError: null })
    expect(await sandbox.target.list(sandbox.environment)).toEqual(['lab'])
    expect(statSync(fleetStateFolder(sandbox.environment, 'lab')).mode & 0o777).toBe(0o700)

    expect(await sandbox.down('lab')).toBe(true)
    await supervisor.ended
    expect(supervisor.child.exitCode).toBe(0)
    expect(childrenOf(state)).toHaveLength(3)
    expect(childrenOf(state).filter(isAlive)).toEqual([])
    expect(await sandbox.state()).toBeUndefined()
    expect(await sandbox.down('lab')).toBe(false)
    expect(await sandbox.target.status('lab', sandbox.environment)).toMatchObject({ running: false, replicas: [] })
    expect(readFileSync(sandbox.logFile('gateway'), 'utf8')).toContain('drained')
    expect(readFileSync(sandbox.logFile('small-0'), 'utf8')).toContain('got SIGTERM')
  })

  it('stops the gateway before the engines, so that open answers finish', async () => {
    const { supervisor } = await sandbox.upAndReady()
    await sandbox.down('lab')
    await supervisor.ended
    const timeOf = (source: string) => statSync(sandbox.logFile(source)).mtimeMs
    expect(timeOf('gateway')).toBeLessThanOrEqual(timeOf('small-0'))
    expect(timeOf('gateway')).toBeLessThanOrEqual(timeOf('small-1'))
  })

  it('starts an engine again that was killed, at the same address, and its state says so', async () => {
    const { state } = await sandbox.upAndReady()
    const victim = killed(state.replicas[0]?.process)
    const again = await sandbox.untilReplica(
      'small-0',
      'came back',
      ({ state, starts }) => state === 'ready' && starts === 2,
    )
    expect(again.port).toBe(state.replicas[0]?.port)
    expect(again.process?.pid).not.toBe(victim.pid)
    expect(again.lastError).toContain('SIGKILL')
    const after = await sandbox.state()
    expect(after?.replicas[1]).toEqual(state.replicas[1])
    expect(after?.gateway?.process).toEqual(state.gateway?.process)
  })

  it('keeps its engines when the gateway is killed, and brings the gateway back on its port', async () => {
    const { status, state } = await sandbox.upAndReady()
    killed(state.gateway?.process)
    const after = await eventually('the gateway came back', async () => {
      const now = await sandbox.state()
      return now?.gateway?.state === 'ready' && now.gateway.starts === 2 && now
    })
    expect(after.replicas).toEqual(state.replicas)
    expect(after.gateway?.listen).toEqual(state.gateway?.listen)
    expect((await fetch(`${status.gateway?.address}/readyz`)).status).toBe(200)
  })

  it('tells its status while the gateway is down', async () => {
    const { state } = await sandbox.upAndReady()
    killed(state.gateway?.process)
    const status = await sandbox.target.status('lab', sandbox.environment)
    expect(status.running).toBe(true)
    expect(status.replicas.map(({ state }) => state)).toEqual(['ready', 'ready'])
  })

  it('kills an engine that ignores SIGTERM, once its grace is over', async () => {
    const stubborn: ModelInput = { name: 'stubborn', engine: 'simulated', engineArgs: ['--ignore-sigterm'] }
    const { supervisor, state } = await sandbox.upAndReady(sandbox.fleet({ models: [stubborn] }))
    expect(await sandbox.down('lab')).toBe(true)
    await supervisor.ended
    expect(childrenOf(state).filter(isAlive)).toEqual([])
    expect(readFileSync(sandbox.logFile('stubborn-0'), 'utf8')).toMatch(/got SIGTERM\n.*did not end within/)
  })

  it('judges an engine that keeps crashing, keeps the others up, and takes it in when it is mended', async () => {
    const obstacle = join(sandbox.folder, 'obstacle')
    writeFileSync(obstacle, '')
    const { status } = await sandbox.upAndReady(
      sandbox.fleet({
        models: [
          { name: 'good', engine: 'simulated' },
          {
            name: 'bad',
            engine: 'simulated',
            engineArgs: ['--crash-while', obstacle, '--say', 'llama: failed to load model'],
          },
        ],
      }),
    )
    expect(status.replicas[0]).toMatchObject({ id: 'good-0', state: 'ready', starts: 1 })
    expect(status.replicas[1]?.lastError).toBe(
      'exited with code 3: the model file cannot be read by this engine. Check the stored files; a damaged one is fetched again by the next start.',
    )
    expect(status.replicas[1]?.starts).toBe(3)
    rmSync(obstacle)
    await sandbox.untilReplica('bad-0', 'serves', ({ state }) => state === 'ready')
    expect((await sandbox.state())?.replicas[0]?.starts).toBe(1)
  })

  it('gives up, with the verdict and the last lines, when nothing of the Fleet ever serves', async () => {
    const bad: ModelInput = {
      name: 'bad',
      engine: 'simulated',
      engineArgs: ['--say', 'std::bad_alloc', '--crash-after', '0'],
    }
    const supervisor = sandbox.up(sandbox.fleet({ models: [bad] }))
    await expect(supervisor.ready).rejects.toThrow(/Replica bad-0 ended 3 times in a row: it exited with code 3/)
    await supervisor.ended
    expect(await sandbox.state()).toBeUndefined()
  })

  it('ends an engine that does not get ready in time, and says so', async () => {
    const slow: ModelInput = {
      name: 'slow',
      engine: 'simulated',
      engineArgs: ['--never-listen'],
      startupBudget: '700ms',
    }
    const supervisor = sandbox.up(sandbox.fleet({ models: [slow] }))
    const first = await sandbox.untilReplica('slow-0', 'was given up', ({ lastError }) => lastError !== null)
    expect(first.lastError).toBe('did not serve within 0.7 s of its start')
    await expect(supervisor.ready).rejects.toThrow(/did not serve within 0.7 s/)
  })

  it('shows what the gateway said when it refuses to start, and ends the engines', async () => {
    const supervisor = sandbox.up(sandbox.fleet({ models: [{ name: 'refuse-to-start', engine: 'simulated' }] }))
    await expect(supervisor.ready).rejects.toThrow('The gateway ended before it served: it exited with code 1')
    await supervisor.ended
    expect(await sandbox.state()).toBeUndefined()
    expect(readFileSync(sandbox.logFile('gateway'), 'utf8')).toContain('without keys')
  })
})
