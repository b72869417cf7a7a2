import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadline, DeadlineWheel } from './deadline-wheel.ts'

function wheelWithClock() {
  const time = { now: 1_000 }
  return { time, wheel: new DeadlineWheel({ tickMs: 10, slots: 8, clock: () => time.now }) }
}

describe('the deadline wheel', () => {
  it('fires each deadline once, never early and at most a tick late, whatever is moved and cancelled', () => {
    const step = fc.record({ id: fc.nat(9), afterMs: fc.nat(500), cancel: fc.boolean(), waitMs: fc.nat(60) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { time, wheel } = wheelWithClock()
        const due = new Map<number, number>()
        const late: number[] = []
        const deadlines = Array.from(
          { length: 10 },
          (_, id) =>
            new Deadline({
              onDue: () => {
                late.push(time.now - (due.get(id) ?? Infinity))
                due.delete(id)
              },
            }),
        )
        for (const { id, afterMs, cancel, waitMs } of steps) {
          const deadline = deadlines[id] as Deadline
          if (cancel) {
            wheel.cancel(deadline)
            due.delete(id)
          } else {
            wheel.set(deadline, time.now + afterMs)
            due.set(id, time.now + afterMs)
          }
          expect(wheel.size).toBe(due.size)
          for (let waited = 0; waited < waitMs; waited += 1) {
            time.now += 1
            wheel.advance()
          }
        }
        for (let waited = 0; waited < 520; waited += 1) {
          time.now += 1
          wheel.advance()
        }
        expect(due.size).toBe(0)
        expect(wheel.size).toBe(0)
        expect(late.every((ms) => ms >= 0 && ms <= 11)).toBe(true)
        wheel.close()
      }),
    )
  })

  it('survives a loop that stood still for longer than a whole turn', () => {
    const { time, wheel } = wheelWithClock()
    const fired: string[] = []
    const second = new Deadline({ onDue: () => fired.push('second') })
    wheel.set(new Deadline({ onDue: () => fired.push('first') }), 1_030)
    wheel.set(second, 1_070)
    time.now = 5_000
    wheel.advance()
    expect(fired.toSorted()).toEqual(['first', 'second'])
    expect(wheel.size).toBe(0)
  })
})
