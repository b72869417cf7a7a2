import { describe, expect, it } from 'vitest'
import { explainNpmFailure } from './npm-failure.ts'

describe('explainNpmFailure', () => {
  it.each([
    [
      'npm error code ECONNREFUSED\nnpm error syscall connect\nnpm error errno ECONNREFUSED\nnpm error FetchError: request to http://127.0.0.1:1/which failed, reason: connect ECONNREFUSED 127.0.0.1:1',
      /cannot be reached/,
      'npm ping',
    ],
    [
      'npm error code ENOTFOUND\nnpm error network request to https://r.example/x failed',
      /cannot be reached/,
      'npm ping',
    ],
    ['npm error code ENOSPC\nnpm error ENOSPC: no space left on device, write', /disk is full/, 'df -h ~/.cache'],
    ['npm error code E401\nnpm error Incorrect or missing password.', /refuses access/, 'npm config get registry'],
    [
      'npm error code EINTEGRITY\nnpm error sha512-AAAA integrity checksum failed',
      /checksum differs/,
      'npm cache verify',
    ],
    ['npm error code E404\nnpm error 404 Not Found', /does not have one/, 'npm config get registry'],
    [
      'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write\nadded 117 packages in 9s',
      /disk is full.*npm says: npm warn tar TAR_ENTRY_ERROR ENOSPC/,
      'df -h ~/.cache',
    ],
    [
      'npm error Something new\nnpm error A complete log of this run can be found in: /x',
      /code 1: Something new$/,
      undefined,
    ],
    ['', /code 1$/, undefined],
  ])('%j', (output, why, command) => {
    const parts = explainNpmFailure('Engine x', output, 1)
    expect(parts.what).toBe('Engine x could not be installed.')
    expect(parts.why).toMatch(why)
    expect(parts.mend).toBeTruthy()
    expect(parts.command).toBe(command)
  })
})
