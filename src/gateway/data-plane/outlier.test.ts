import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostEjected, Outlier, type Verdict } from './outlier.ts'

const settings = { failures: 3, time: 1_000 }

function watch(mayEject: () => boolean = () => true) {
  const clock = { now: 0 }
  const changes: (number | null)[] = []
  const outlier = new Outlier({
    settings: () => settings,
    clock: () => clock.now,
    mayEject,
    onChange: (forMs) => void changes.push(forMs),
  })
  /** One request after another, each a millisecond long. */
  const run = (...verdicts: readonly Verdict[]) => {
    for (const verdict of verdicts) {
      const judged = { isTrial: outlier.begin(), startedAt: clock.now }
      clock.now += 1
      outlier.end(verdict, judged)
    }
  }
  return { outlier, clock, changes, run }
}

describe('a replica that fails its requests', () => {
  it('is set aside after some failures in a row, not after as many with successes between', () => {
    const { outlier, run } = watch()
    run('failure', 'failure', 'success', 'failure', 'failure', 'none')
    expect(outlier.isOut).toBe(false)
    run('failure')
    expect(outlier.isOut).toBe(true)
  })

  it('gets one trial after its time, and no second request while that is under way', () => {
    const { outlier, clock, run } = watch()
    run('failure', 'failure', 'failure')
    clock.now += 999
    expect(outlier.isOut).toBe(true)
    clock.now += 1
    expect(outlier.isOut).toBe(false)
    expect(outlier.begin()).toBe(true)
    expect(outlier.isOut).toBe(true)
  })

  it('is set aside for twice as long after each failed trial, up to sixteen times', () => {
    const { clock, changes, run } = watch()
    run('failure', 'failure', 'failure')
    for (let trial = 0; trial < 6; trial += 1) {
      clock.now += 1_000_000
      run('failure')
    }
    expect(changes).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000])
  })

  it('is on probation after its trial: the next failure sets it aside for longer, a success ends it', () => {
    const { outlier, clock, changes, run } = watch()
    run('failure', 'failure', 'failure')
    clock.now += 1_000
    run('success')
    expect(outlier.isEjected).toBe(false)
    run('failure')
    expect(changes).toEqual([1_000, null, 2_000])
    clock.now += 2_000
    run('success', 'success', 'failure', 'failure')
    expect(outlier.isEjected).toBe(false)
  })

  it('gives the trial back when its client leaves', () => {
    const { outlier, clock, run } = watch()
    run('failure', 'failure', 'failure')
    clock.now += 1_000
    run('none')
    expect(outlier.isEjected).toBe(true)
    expect(outlier.begin()).toBe(true)
  })

  it('is not set aside by a crash that breaks many requests at once', () => {
    const { outlier, clock } = watch()
    const judged = Array.from({ length: 50 }, () => ({ isTrial: outlier.begin(), startedAt: clock.now }))
    clock.now += 10
    for (const each of judged) outlier.end('broken', each)
    expect(outlier.isEjected).toBe(false)
  })

  it('is set aside by many that hang at once', () => {
    const { outlier, clock } = watch()
    const judged = Array.from({ length: 3 }, () => ({ isTrial: outlier.begin(), startedAt: clock.now }))
    clock.now += 10
    for (const each of judged) outlier.end('failure', each)
    expect(outlier.isEjected).toBe(true)
  })

  it('stays where no other is left, and goes as soon as one is', () => {
    let isOtherLeft = false
    const { outlier, run } = watch(() => isOtherLeft)
    run('failure', 'failure', 'failure', 'failure')
    expect(outlier.isOut).toBe(false)
    isOtherLeft = true
    run('failure')
    expect(outlier.isOut).toBe(true)
  })

  it('starts anew as another process', () => {
    const { outlier, changes, run } = watch()
    run('failure', 'failure', 'failure')
    outlier.reset()
    expect([outlier.isOut, changes]).toEqual([false, [1_000, null]])
    run('failure', 'failure')
    expect(outlier.isOut).toBe(false)
  })

  it('always gets another trial in the end, whatever happens', () => {
    const verdict = fc.constantFrom<Verdict>('success', 'failure', 'broken', 'none')
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 60 }), (verdicts) => {
        const { outlier, clock, run } = watch()
        run(...verdicts)
        clock.now += 16 * settings.time + 1
        expect(outlier.isOut).toBe(false)
      }),
    )
  })
})

describe('how many may be set aside', () => {
  it.each([
    [1, 1, 0],
    [2, 0.5, 1],
    [2, 1, 1],
    [3, 0.5, 1],
    [8, 0.5, 4],
    [8, 0, 0],
  ])('of %i replicas, a share of %f: %i', (replicas, share, most) => {
    expect(mostEjected(replicas, share)).toBe(most)
  })
})
