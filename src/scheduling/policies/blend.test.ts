import { describe, expect, it } from 'vitest'
import { policyNamed } from '../index.ts'
import { ask, plainSettings, replicaState, requestShape } from '../testing/states.ts'

const report = (waiting: number, ageMs: number) => ({ running: 9, waiting, kvCacheUsage: 0.5, ageMs })

/** Who gets a prompt that nobody holds, of two replicas: `a` comes first, and `b` has less to do. */
function chosen(a: Parameters<typeof replicaState>[1], b: Parameters<typeof replicaState>[1]): string {
  const policy = policyNamed('blend')?.create(plainSettings)
  if (policy === undefined) throw new Error('there is no policy blend')
  return ask(policy, requestShape([0, 0]), [replicaState('a', a), replicaState('b', b)])
}

describe('a blend', () => {
  it('goes by what engines have waiting as long as they have just reported', () => {
    expect(chosen({ reported: report(5, 50) }, { inFlight: 7, reported: report(0, 50) })).toBe('b new-prompt')
  })

  it('goes by what is in flight once reports are older, or not of all of them', () => {
    expect(chosen({ inFlight: 50, reported: report(0, 1900) }, { reported: report(0, 1900) })).toBe('b new-prompt')
    expect(chosen({ inFlight: 50, reported: report(0, 3_600_000) }, {})).toBe('b new-prompt')
    expect(chosen({ inFlight: 50, reported: report(0, 50) }, { inFlight: 2 })).toBe('b new-prompt')
  })
})
