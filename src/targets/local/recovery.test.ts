import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fleetStateFolder, isAlive } from '../../files/index.ts'
import { childrenOf } from './reap.ts'
import { eventually, Sandbox, twoReplicas } from './testing/sandbox.ts'

// Real processes on a busy machine: a generous limit, which only a failure reaches.
const limit = { timeout: 60_000 }

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.close())

// proves B1 (real part)
describe('a Fleet whose supervisor died, or that is started twice', limit, () => {
  it('leaves no orphan when the supervisor is killed, and the next start clears up and works', async () => {
    const { supervisor, state } = await sandbox.upAndReady()
    supervisor.child.kill('SIGKILL')
    await supervisor.ended
    await eventually('all children ended', () => childrenOf(state).every((child) => !isAlive(child)))
    expect(await sandbox.target.status('lab', sandbox.environment)).toMatchObject({
      running: false,
      gateway: { state: 'stopped' },
      replicas: [{ state: 'stopped' }, { state: 'stopped' }],
    })
    const second = await sandbox.upAndReady()
    expect(second.state.supervisor.pid).toBe(second.supervisor.child.pid)
  })

  it('ends the processes of a supervisor that was killed, before it starts its own', async () => {
    // Leftovers that did not notice: here the processes of another Fleet, whose supervisor lives on.
    await sandbox.upAndReady()
    const state = await sandbox.state()
    const folder = fleetStateFolder(sandbox.environment, 'other')
    mkdirSync(folder, { recursive: true })
    const dead = { pid: 2 ** 22 - 1, startTime: '1' }
    const left = { ...state, fleet: 'other', supervisor: dead, gateway: null, replicas: state?.replicas.slice(0, 1) }
    writeFileSync(join(folder, 'state.json'), JSON.stringify(left))
    const other = sandbox.up(sandbox.fleet({ ...twoReplicas, name: 'other' }))
    await other.ready
    const victim = state?.replicas[0]?.process
    expect(victim !== undefined && victim !== null && isAlive(victim)).toBe(false)
  })

  it('does not touch a process that only has the pid of a leftover', async () => {
    const folder = fleetStateFolder(sandbox.environment, 'lab')
    const { supervisor, state } = await sandbox.upAndReady()
    supervisor.child.kill('SIGKILL')
    await supervisor.ended
    const stranger = { pid: process.pid, startTime: 'another' }
    const left = { ...state, replicas: state.replicas.map((replica) => Object.assign(replica, { process: stranger })) }
    writeFileSync(join(folder, 'state.json'), JSON.stringify(left))
    expect(await sandbox.down('lab')).toBe(true)
    expect(existsSync(join(folder, 'state.json'))).toBe(false)
  })

  it('says that a running Fleet runs, with its pid, address and how to stop it', async () => {
    const source = sandbox.fleet(twoReplicas)
    const { supervisor, status } = await sandbox.upAndReady(source)
    const second = sandbox.target.apply(source, {
      environment: sandbox.environment,
      progress: { step: () => Object.assign(Object.create(null)), note: () => undefined },
      signal: new AbortController().signal,
    })
    await expect(second).rejects.toMatchObject({
      parts: {
        what: 'Fleet “lab” is running already',
        where: status.gateway?.address,
        why: `Process ${supervisor.child.pid} runs it.`,
        command: 'fairlead down lab',
      },
    })
    expect((await sandbox.target.status('lab', sandbox.environment)).running).toBe(true)
  })

  it('lets exactly one of two win that start at the same time', async () => {
    const source = sandbox.fleet(twoReplicas)
    const results = await Promise.allSettled([sandbox.up(source).ready, sandbox.up(source).ready])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const failure = results.find((result) => result.status === 'rejected')
    expect(String(failure?.reason)).toContain('is running already')
    expect((await sandbox.state())?.replicas.map(({ state }) => state)).toEqual(['ready', 'ready'])
  })

  it('recovers from a state file that is not one', async () => {
    const folder = fleetStateFolder(sandbox.environment, 'lab')
    const { supervisor } = await sandbox.upAndReady()
    supervisor.child.kill('SIGKILL')
    await supervisor.ended
    writeFileSync(join(folder, 'state.json'), '{"version":1,"fleet"')
    await expect(sandbox.target.status('lab', sandbox.environment)).rejects.toMatchObject({
      parts: { what: 'The state of Fleet “lab” cannot be read', command: 'fairlead down lab' },
    })
    await sandbox.upAndReady()
    expect((await sandbox.target.status('lab', sandbox.environment)).running).toBe(true)
  })

  it('stops a running Fleet whose state file was destroyed', async () => {
    const { supervisor, state } = await sandbox.upAndReady()
    writeFileSync(join(fleetStateFolder(sandbox.environment, 'lab'), 'state.json'), 'rubbish')
    expect(await sandbox.down('lab')).toBe(true)
    await supervisor.ended
    expect(childrenOf(state).filter(isAlive)).toEqual([])
  })
})
