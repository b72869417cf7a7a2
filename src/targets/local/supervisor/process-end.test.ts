import { describe, expect, it } from 'vitest'
import { describeEnd, endOf } from './process-end.ts'

describe('how a process ended', () => {
  it.each([
    { code: 1, signal: null, said: 'exited with code 1' },
    { code: null, signal: 'SIGKILL', said: 'was ended by SIGKILL' },
    // An engine built for another processor, under the watchdog.
    { code: 132, signal: null, said: 'was ended by SIGILL' },
    { code: 137, signal: null, said: 'was ended by SIGKILL' },
  ])('code $code, signal $signal: it $said', ({ code, signal, said }) => {
    expect(describeEnd({ ...endOf(code, signal), lastLines: [] })).toBe(said)
  })
})
