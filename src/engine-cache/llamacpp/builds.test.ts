import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { chooseBuild, thisMachine } from './builds.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('chooseBuild', () => {
  it.each([
    ['linux', 'x64', 'glibc', 'linux-x64'],
    ['linux', 'arm64', 'glibc', 'linux-arm64'],
    ['linux', 'arm', 'glibc', 'linux-armv7l'],
    ['darwin', 'arm64', undefined, 'mac-arm64-metal'],
    ['darwin', 'x64', undefined, 'mac-x64'],
    ['win32', 'x64', undefined, 'win-x64'],
  ] as const)('%s %s %s gets %s', (platform, arch, libc, id) => {
    expect(chooseBuild({ platform, arch, libc }).id).toBe(id)
  })

  it.each([
    ['linux', 'x64', 'musl', /linux x64, musl.*/, /musl instead/],
    ['freebsd', 'x64', undefined, /freebsd x64/, /built for linux-x64/],
    ['linux', 's390x', 'glibc', /linux s390x/, /built for linux-x64/],
  ] as const)('%s %s %s is told to bring llama-server', (platform, arch, libc, what, why) => {
    const error = thrownBy(() => chooseBuild({ platform, arch, libc }))
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).parts).toMatchObject({
      what: expect.stringMatching(what),
      why: expect.stringMatching(why),
      command: 'llama-server --version',
    })
  })

  it('sees this machine as one of the kinds that it knows', () => {
    const { platform, libc } = thisMachine()
    expect(libc === undefined).toBe(platform !== 'linux')
  })
})
