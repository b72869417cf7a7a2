import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isAlive, processStartTime, type ProcessIdentity } from '../files/index.ts'

const watchdogPath = join(import.meta.dirname, 'watchdog.ts')
const patience = { timeout: 30_000, interval: 10 }
const children: ChildProcess[] = []
const foreigners: ProcessIdentity[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const foreigner of foreigners.splice(0)) if (isAlive(foreigner)) process.kill(foreigner.pid, 'SIGKILL')
})

/** Ends politely at SIGTERM with code 3; says when it is ready. */
const polite = `process.on('SIGTERM', () => process.exit(3)); console.log('ready'); setInterval(() => {}, 1000)`
/** Takes no notice of SIGTERM. */
const stubborn = `process.on('SIGTERM', () => console.log('no')); console.log('ready'); setInterval(() => {}, 1000)`

function startProcess(args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, args, options)
  children.push(child)
  return child
}

/** Starts the watchdog over a script; resolves once the script is ready. */
async function watch(script: string, graceMs: number): Promise<{ watchdog: ChildProcess; foreigner: ProcessIdentity }> {
  const watchdog = startProcess([watchdogPath, '--grace-ms', String(graceMs), '--', process.execPath, '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const [[message]] = await Promise.all([once(watchdog, 'message'), once(watchdog.stdout ?? watchdog, 'data')])
  const { type, pid } = message as { type: string; pid: number }
  expect(type).toBe('spawned')
  const foreigner = { pid, startTime: processStartTime(pid) ?? 'none' }
  foreigners.push(foreigner)
  return { watchdog, foreigner }
}

const exitOf = async (child: ChildProcess) => (await once(child, 'exit'))[0] as number | null

describe('the watchdog', { timeout: 60_000 }, () => {
  it('hands SIGTERM on and exits with the code of what it holds', async () => {
    const { watchdog, foreigner } = await watch(polite, 60_000)
    watchdog.kill('SIGTERM')
    expect(await exitOf(watchdog)).toBe(3)
    expect(isAlive(foreigner)).toBe(false)
  })

  it('kills what takes no notice, after the grace period', async () => {
    const { watchdog, foreigner } = await watch(stubborn, 100)
    watchdog.kill('SIGTERM')
    expect(await exitOf(watchdog)).toBe(128 + 9)
    expect(isAlive(foreigner)).toBe(false)
  })

  it('passes a crash on', async () => {
    const { watchdog } = await watch(`console.log('ready'); setTimeout(() => process.exit(5), 50)`, 1000)
    expect(await exitOf(watchdog)).toBe(5)
  })

  it('leaves nothing of the group behind, grandchildren included', async () => {
    const grandchild = `setInterval(() => {}, 1000)`
    const parent = `const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}])
      child.once('spawn', () => console.log(child.pid)); setInterval(() => {}, 1000)`
    const watchdog = startProcess([watchdogPath, '--', process.execPath, '-e', parent], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    const [text] = (await once(watchdog.stdout ?? watchdog, 'data')) as [Buffer]
    const pid = Number(text.toString())
    const identity = { pid, startTime: processStartTime(pid) ?? 'none' }
    foreigners.push(identity)
    expect(isAlive(identity)).toBe(true)
    watchdog.kill('SIGTERM')
    await exitOf(watchdog)
    await vi.waitUntil(() => !isAlive(identity), patience)
  })

  it('ends the engine of a supervisor that was killed with kill -9, also a stubborn one', async () => {
    const supervisor = `
      const { spawn } = require('node:child_process')
      const args = [${JSON.stringify(watchdogPath)}, '--grace-ms', '100', '--', process.execPath, '-e', ${JSON.stringify(stubborn)}]
      const watchdog = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
      const { once } = require('node:events')
      Promise.all([once(watchdog, 'message'), once(watchdog.stdout, 'data')])
        .then(([[{ pid }]]) => console.log(JSON.stringify([watchdog.pid, pid])))
      setInterval(() => {}, 1000)`
    const parent = startProcess(['-e', supervisor], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = (await once(parent.stdout ?? parent, 'data')) as [Buffer]
    const identities = (JSON.parse(text.toString()) as number[]).map((pid) => ({
      pid,
      startTime: processStartTime(pid) ?? 'none',
    }))
    foreigners.push(...identities)
    expect(identities.map(isAlive)).toEqual([true, true])
    parent.kill('SIGKILL')
    await vi.waitUntil(() => !identities.some(isAlive), patience)
  })

  it.each([
    ['a command that does not exist', ['--', '/does/not/exist'], 127],
    ['no command', ['--grace-ms', '5'], 64],
    ['an unknown flag', ['--unknown', '--', 'true'], 64],
  ])('says so: %s', async (_case, args, code) => {
    const watchdog = startProcess([watchdogPath, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const [[exitCode], [text]] = await Promise.all([
      once(watchdog, 'exit'),
      once(watchdog.stderr ?? watchdog, 'data') as Promise<[Buffer]>,
    ])
    expect(exitCode).toBe(code)
    expect(text.toString()).toMatch(/^error: /)
  })
})
