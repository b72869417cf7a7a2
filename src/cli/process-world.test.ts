import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../errors/index.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

describe('the process', () => {
  it.runIf(process.platform === 'linux')('says why where its output has no room, instead of where in its code', () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [main, 'schema'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    expect(status).toBe(exitCodes.failed)
    expect(stderr).toMatch(/^error: The output cannot be written\n {2}why +ENOSPC: no space left on device/)
    expect(stderr).not.toMatch(/ at /)
  })
})
