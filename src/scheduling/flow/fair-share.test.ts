import { array, assert, constant, constantFrom, integer, nat, oneof, property, record, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Entry } from './entry.ts'
import { FairShare } from './fair-share.ts'

const entry = (tenant: string, tokens: number) =>
  new Entry({ tenant, priority: 0, tokens, deadlineMs: Infinity, payload: null }, 0)

const step = oneof(
  {
    weight: 3,
    arbitrary: record({
      kind: constant('add' as const),
      tenant: constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      tokens: integer({ min: 1, max: 1_000 }),
    }),
  },
  { weight: 2, arbitrary: record({ kind: constant('take' as const) }) },
  { weight: 1, arbitrary: record({ kind: constant('remove' as const), which: nat(1_000) }) },
)

/** Shares by definition: an ideal server that gives all whom it still serves the same, a token at a time in effect. */
class IdealServer {
  /** Tokens that each tenant was asked to be given and has not been, in the ideal. */
  readonly #left = new Map<string, number>()

  add(tenant: string, tokens: number): void {
    this.#left.set(tenant, (this.#left.get(tenant) ?? 0) + tokens)
  }

  /** What each is given of so many tokens. */
  give(tokens: number): ReadonlyMap<string, number> {
    const given = new Map<string, number>()
    let rest = tokens
    while (rest > 1e-9 && this.#left.size > 0) {
      const each = Math.min(rest / this.#left.size, ...this.#left.values())
      rest -= each * this.#left.size
      for (const [tenant, left] of this.#left) {
        given.set(tenant, (given.get(tenant) ?? 0) + each)
        if (left - each > 1e-9) this.#left.set(tenant, left - each)
        else this.#left.delete(tenant)
      }
    }
    return given
  }
}

// proves C6 (real part)
describe('turns between tenants', () => {
  it('give nobody who waits less than the share that an ideal server gives, less one largest request', () => {
    assert(
      property(
        array(
          oneof(
            {
              weight: 3,
              arbitrary: tuple(constantFrom('a', 'b', 'c', 'd', 'e'), integer({ min: 1, max: 999 })),
            },
            { weight: 2, arbitrary: constant(null) },
          ),
          { maxLength: 300 },
        ),
        (steps) => {
          const fair = new FairShare()
          const ideal = new IdealServer()
          const behind = new Map<string, number>()
          let largest = 0
          for (const each of steps) {
            if (each !== null) {
              const [tenant, tokens] = each
              largest = Math.max(largest, tokens)
              fair.add(entry(tenant, tokens))
              ideal.add(tenant, tokens)
              continue
            }
            const taken = fair.take()
            if (taken === null) continue
            for (const [tenant, tokens] of ideal.give(taken.tokens)) {
              behind.set(tenant, (behind.get(tenant) ?? 0) + tokens)
            }
            behind.set(taken.request.tenant, (behind.get(taken.request.tenant) ?? 0) - taken.tokens)
            for (const tokens of behind.values()) expect(tokens).toBeLessThan(largest + 1e-6)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('give each of those who wait on an equal part, whoever else comes, leaves or gives up meanwhile', () => {
    assert(
      property(array(step, { minLength: 20, maxLength: 400 }), (steps) => {
        const fair = new FairShare()
        const there: Entry<unknown>[] = []
        let largest = 0
        /** While `always` waits: what it was given, and what it was due of all that was given, by head. */
        let given = 0
        let due = 0
        const add = (tenant: string, tokens: number) => {
          const added = entry(tenant, tokens)
          largest = Math.max(largest, tokens)
          fair.add(added)
          return added
        }
        for (let count = 0; count < 400; count += 1) add('always', 1 + ((count * 37) % 900))
        for (const each of steps) {
          if (each.kind === 'add') there.push(add(each.tenant, each.tokens))
          else if (each.kind === 'remove') {
            const left = there.splice(each.which % Math.max(1, there.length), 1)[0]
            if (left?.isWaiting === true) fair.remove(left)
          } else {
            // Those who were given their share ahead still have one: only who is remembered counts as a head.
            const heads = fair.remembered
            const taken = fair.take()
            if (taken === null) throw new Error('somebody always waits')
            due += taken.tokens / heads
            if (taken.request.tenant === 'always') given += taken.tokens
          }
          expect(given).toBeGreaterThan(due - largest - 1e-6)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('do not pass over one who waits for an endless row of tenants that nobody has seen before', () => {
    const fair = new FairShare()
    for (let count = 0; count < 50; count += 1) fair.add(entry('patient', 100))
    let served = 0
    for (let count = 0; count < 100; count += 1) {
      fair.add(entry(`new-${count}`, 100))
      if (fair.take()?.request.tenant === 'patient') served += 1
    }
    // Each of the new ones has a share too, so it is an ever smaller part; beginners at the least counter leave 1 turn.
    expect(served).toBeGreaterThanOrEqual(8)
  })

  it('forget tenants once nobody waits, so that names from outside do not fill the memory', () => {
    const fair = new FairShare()
    for (let count = 0; count < 100; count += 1) fair.add(entry(`tenant-${count}`, count + 1))
    while (fair.take() !== null) expect(fair.remembered).toBeLessThanOrEqual(100)
    expect(fair.remembered).toBe(0)
    expect(fair.tenants).toBe(0)
  })
})
