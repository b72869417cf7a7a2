import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { isAlive, ownIdentity, processStartTime } from './process-identity.ts'

describe('process identity', () => {
  it('recognises this process, and not another start under the same pid', () => {
    expect(isAlive(ownIdentity())).toBe(true)
    expect(isAlive({ pid: process.pid, startTime: 'another' })).toBe(false)
  })

  it('knows that a process has ended, so that `down` does not wait for a ghost', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'])
    await once(child, 'spawn')
    const pid = child.pid ?? 0
    const identity = { pid, startTime: processStartTime(pid) ?? 'none' }
    expect(isAlive(identity)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(identity)).toBe(false)
  })
})
