import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { ownIdentity, processStartTime, writeFileAtomic } from '../../files/index.ts'
import { debugHere, execBeside } from './exec.ts'
import { stateFolderOf } from './state-folder.ts'

const cleanUps: (() => unknown)[] = []
afterEach(() => cleanUps.splice(0).forEach((cleanUp) => cleanUp()))

/** A Fleet of one replica, whose engine is a process that sleeps in a folder of its own, with a secret. */
async function running(): Promise<{ readonly environment: { readonly HOME: string }; readonly folder: string }> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'fairlead-exec-')))
  const engine: ChildProcess = spawn('sleep', ['1000'], {
    cwd: home,
    env: { PATH: '/bin:/usr/bin', HF_TOKEN: 'planted' },
  })
  cleanUps.push(
    () => engine.kill('SIGKILL'),
    () => rmSync(home, { recursive: true, force: true }),
  )
  const pid = engine.pid ?? 0
  const replica = {
    id: 'small-0',
    model: 'small',
    engine: 'simulated',
    host: '127.0.0.1',
    port: 1,
    state: 'ready',
    process: { pid, startTime: processStartTime(pid) },
    engineProcess: null,
    starts: 1,
    since: '',
    lastError: null,
  }
  const gone = { ...replica, id: 'small-1', model: 'other', process: { pid, startTime: 'another' } }
  const state = {
    version: 1,
    fleet: 'lab',
    fleetFile: '/fleet.yaml',
    supervisor: ownIdentity(),
    startedAt: '',
    gateway: null,
    replicas: [replica, gone],
  }
  const environment = { HOME: home }
  await writeFileAtomic(stateFolderOf(environment, 'lab').stateFile, JSON.stringify(state))
  return { environment, folder: home }
}

async function exec(subject: string, command: readonly string[], input?: string) {
  const { environment, folder } = await running()
  const said = { output: '', errors: '' }
  const into = (name: keyof typeof said) =>
    new Writable({ write: (bytes: Buffer, _encoding, done) => ((said[name] += bytes.toString()), done()) })
  const streams = {
    output: into('output'),
    errors: into('errors'),
    ...(input === undefined ? {} : { input: Readable.from([input]) }),
  }
  const signal = new AbortController().signal
  const code = await execBeside('lab', environment, { subject, command, streams, signal })
  return { ...said, code, folder }
}

// proves B7 (real part)
describe('a command beside an engine of this machine', () => {
  it('runs in the engine’s folder, with its environment and no other', async () => {
    const { output, errors, code, folder } = await exec('small', ['sh', '-c', 'pwd; env; echo warned >&2; exit 7'])
    expect(code).toBe(7)
    expect(output).toContain(`${folder}\n`)
    expect(output).toContain('HF_TOKEN=planted')
    expect(output).not.toContain('VITEST')
    expect(errors).toBe('warned\n')
  })

  it('reads what is piped', async () => {
    expect(await exec('small-0', ['cat'], 'typed')).toMatchObject({ output: 'typed', code: 0 })
  })

  it('ends as a shell’s commands do', async () => {
    expect(await exec('small', ['nosuch'])).toMatchObject({ code: 127, errors: 'nosuch: not found\n' })
    expect(await exec('small', ['sh', '-c', 'kill -TERM $$'])).toMatchObject({ code: 143 })
  })

  it('says what there is, and what does not run', async () => {
    await expect(exec('large', ['true'])).rejects.toMatchObject({
      parts: { mend: 'There are small, small-0, other, small-1, gateway.' },
    })
    await expect(exec('other', ['true'])).rejects.toMatchObject({
      parts: { command: 'fairlead logs other --fleet lab' },
    })
    await expect(exec('gateway', ['true'])).rejects.toThrow('No process of gateway runs')
    const signal = new AbortController().signal
    const streams = { output: new Writable(), errors: new Writable() }
    const request = { subject: 'small', command: ['sh'], streams, signal, image: 'x' }
    await expect(debugHere('lab', {}, request)).rejects.toMatchObject({
      parts: { command: 'fairlead exec small --fleet lab' },
    })
  })
})
