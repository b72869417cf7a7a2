import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogLine, LogQuery } from '../contract.ts'
import { readLogs } from './logs.ts'
import { Sandbox } from './testing/sandbox.ts'

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
  mkdirSync(dirname(sandbox.logFile('x')), { recursive: true })
})
afterEach(() => sandbox.close())

const write = (source: string, text: string) => writeFileSync(sandbox.logFile(source), text)
const read = async (query: Partial<LogQuery>): Promise<readonly string[]> => {
  const lines: string[] = []
  const full = { follow: false, tail: 10, signal: new AbortController().signal, ...query }
  for await (const { source, text } of readLogs('lab', sandbox.environment, full)) lines.push(`${source}: ${text}`)
  return lines
}

describe('logs of a Fleet', () => {
  it('are the last lines of each log, the gateway first, whether it runs or not', async () => {
    write('small-10', 'ten\n')
    write('small-2', 'two\n')
    write('gateway', 'old\nnew\n')
    expect(await read({ tail: 1 })).toEqual(['gateway: new', 'small-2: two', 'small-10: ten'])
    expect(await read({ tail: 0 })).toEqual([])
    expect(await read({ subject: 'small', tail: 5 })).toEqual(['small-2: two', 'small-10: ten'])
    expect(await read({ subject: 'small-10' })).toEqual(['small-10: ten'])
  })

  it('finds the last lines of a long log', async () => {
    write('gateway', Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'é'.repeat(30)}\n`).join(''))
    const lines = await read({ tail: 3_000 })
    expect(lines).toHaveLength(3_000)
    expect(lines[0]).toBe(`gateway: line 17000 ${'é'.repeat(30)}`)
  })

  it('says which logs there are when nothing fits', async () => {
    write('small-0', 'x\n')
    await expect(read({ subject: 'smal' })).rejects.toMatchObject({
      parts: { what: 'Fleet “lab” has no log of “smal”', mend: expect.stringContaining('small-0') },
    })
  })

  it('follows: new lines, a rotation, a replica that comes later; never half a line', async () => {
    const stopping = new AbortController()
    write('small-0', 'before\n')
    const follow = readLogs('lab', sandbox.environment, { follow: true, tail: 10, signal: stopping.signal })
    const next = async () => ((await follow.next()).value as LogLine).text
    expect(await next()).toBe('before')
    const path = sandbox.logFile('small-0')
    appendFileSync(path, 'one\nha')
    expect(await next()).toBe('one')
    appendFileSync(path, 'lf\n')
    expect(await next()).toBe('half')
    appendFileSync(path, 'last of the old\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'first of the new\n')
    expect(await next()).toBe('last of the old')
    expect(await next()).toBe('first of the new')
    write('small-1', 'hello\n')
    expect(await next()).toBe('hello')
    stopping.abort()
    expect((await follow.next()).done).toBe(true)
  })
})
