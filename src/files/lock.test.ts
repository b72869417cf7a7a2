import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from './lock.ts'
import { ownIdentity } from './process-identity.ts'

const never = new AbortController().signal
let folder: string
let lockPath: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-lock-'))
  lockPath = join(folder, 'deep', 'a.lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Another process that takes the lock, prints `held`, and keeps it until it is killed. */
async function holderProcess(): Promise<ChildProcess> {
  const script = `
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
    await withLock(${JSON.stringify(lockPath)}, new AbortController().signal, async () => {
      console.log('held')
      await new Promise((resolve) => setTimeout(resolve, 600_000))
    })`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

describe('withLock', () => {
  it('lets one after the other in, so that two downloads never write the same file', async () => {
    const log = join(folder, 'log')
    const work = (name: string) => async () => {
      await appendFile(log, `+${name}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      await appendFile(log, `-${name}`)
    }
    await Promise.all(['a', 'b', 'c'].map((name) => withLock(lockPath, never, work(name))))
    expect(await readFile(log, 'utf8')).toMatch(/^(\+(\w)-\2){3}$/)
    expect(existsSync(lockPath)).toBe(false)
  })

  it('releases when the work fails, so that the next attempt does not hang', async () => {
    await expect(withLock(lockPath, never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(withLock(lockPath, never, () => Promise.resolve('next'))).resolves.toBe('next')
  })

  it('waits for a living process, can be interrupted, and takes over when that process is killed', async () => {
    const holder = await holderProcess()
    try {
      const interrupt = new AbortController()
      let waitedFor: number | undefined
      const waiting = withLock(lockPath, interrupt.signal, () => Promise.resolve('in'), {
        onWait: (pid) => {
          waitedFor = pid
          interrupt.abort(new Error('interrupted'))
        },
      })
      await expect(waiting).rejects.toThrow('interrupted')
      expect(waitedFor).toBe(holder.pid)
    } finally {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    }
    // Many wait for the dead one; each gets in, never two at once.
    let inside = 0
    let most = 0
    const visits = Array.from({ length: 8 }, () =>
      withLock(lockPath, never, async () => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setTimeout(resolve, 2))
        inside -= 1
      }),
    )
    await Promise.all(visits)
    expect(most).toBe(1)
  })

  it('is not fooled by a reused pid: the start time of the owner tells', async () => {
    await withLock(lockPath, never, async () => undefined)
    await writeFile(lockPath, JSON.stringify({ pid: process.pid, startTime: '1', host: hostname(), token: 'old' }))
    await expect(withLock(lockPath, never, () => Promise.resolve('taken over'))).resolves.toBe('taken over')
  })

  it.each([
    ['half-written', ''],
    ["another host's", JSON.stringify({ ...ownIdentity(), host: 'elsewhere.example', token: 'theirs' })],
  ])('takes over a %s lock only after it has not been touched for a minute', async (_kind, content) => {
    await withLock(lockPath, never, async () => undefined)
    await writeFile(lockPath, content)
    const interrupt = new AbortController()
    const onWait = () => interrupt.abort(new Error('still held'))
    await expect(withLock(lockPath, interrupt.signal, async () => 'in', { onWait })).rejects.toThrow('still held')
    const longAgo = new Date(Date.now() - 120_000)
    await utimes(lockPath, longAgo, longAgo)
    await expect(withLock(lockPath, never, async () => 'in')).resolves.toBe('in')
  })

  it('takes over although an earlier take-over died half-way', async () => {
    const dead = JSON.stringify({ pid: process.pid, startTime: '1', host: hostname(), token: 'dead' })
    await withLock(lockPath, never, async () => undefined)
    await writeFile(lockPath, dead)
    await writeFile(`${lockPath}.takeover`, dead)
    await expect(withLock(lockPath, never, async () => 'in')).resolves.toBe('in')
    expect(existsSync(`${lockPath}.takeover`)).toBe(false)
  })
})
