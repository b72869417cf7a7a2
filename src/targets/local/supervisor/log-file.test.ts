import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LogFile } from './log-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the log of a process', () => {
  it('never takes more than twice its limit, and keeps the newest lines', () => {
    const path = join(folder, 'logs', 'noisy.log')
    const log = new LogFile(path, 1_000)
    for (let line = 0; line < 500; line++) log.append(`line ${line}`)
    log.close()
    expect(statSync(path).size).toBeLessThanOrEqual(1_000)
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1_000)
    expect(readFileSync(path, 'utf8')).toMatch(/line 499\n$/)
    expect(log.lastLines).toHaveLength(50)
    expect(log.lastLines.at(-1)).toBe('line 499')
  })

  it('goes on where an earlier run ended, and is for this user alone', () => {
    const path = join(folder, 'again.log')
    for (const text of ['first run', 'second run']) {
      const log = new LogFile(path)
      log.append(text)
      log.close()
    }
    expect(readFileSync(path, 'utf8')).toBe('first run\nsecond run\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('cuts a line that would fill the memory', () => {
    const log = new LogFile(join(folder, 'long.log'))
    log.append('x'.repeat(1_000_000))
    log.close()
    expect(log.lastLines[0]?.length).toBeLessThan(10_000)
  })

  it('stops no engine when the disk is full', () => {
    const log = new LogFile('/dev/full')
    log.append('still here')
    expect(log.lastLines).toEqual(['still here'])
    log.close()
  })
})
