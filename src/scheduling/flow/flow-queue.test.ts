import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  property,
  record,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from './entry.ts'
import { FlowQueue } from './flow-queue.ts'

interface Coming {
  readonly tenant?: string
  readonly priority?: number
  readonly tokens?: number
  readonly deadlineMs?: number
}
const ask = (payload: number, { tenant = 't', priority = 0, tokens = 1, deadlineMs = Infinity }: Coming = {}) => ({
  tenant,
  priority,
  tokens,
  deadlineMs,
  payload,
})
function fill(queue: FlowQueue<number>, comings: readonly Coming[]): Entry<number>[] {
  return comings.flatMap((coming, place) => {
    const outcome = queue.enqueue(ask(place, coming), place)
    return outcome.kind === 'waits' ? outcome.entry : []
  })
}
function dispatchAll(queue: FlowQueue<number>): number[] {
  const order: number[] = []
  for (let entry = queue.dispatch(); entry !== null; entry = queue.dispatch()) order.push(entry.request.payload)
  return order
}

const isOdd = (payload: number) => payload % 2 === 1
const isEven = (payload: number) => payload % 2 === 0
const same = (found: unknown, wanted: unknown) => expect(found).toEqual(wanted)

const operation = oneof(
  {
    weight: 5,
    arbitrary: record({
      kind: constant('enqueue' as const),
      tenant: constantFrom('a', 'b', 'c', 'd'),
      priority: constantFrom(-5, -1, 0, 3),
      tokens: integer({ min: 0, max: 500 }),
      patience: option(nat(30)),
    }),
  },
  { weight: 3, arbitrary: record({ kind: constant('dispatch' as const), isBack: boolean(), isPassing: boolean() }) },
  { weight: 2, arbitrary: record({ kind: constant('cancel' as const), which: nat() }) },
  { weight: 2, arbitrary: record({ kind: constant('expire' as const) }) },
)

// proves C6 (real part)
describe('the queue of a model', () => {
  it('loses nobody and serves nobody twice, under any mix of coming, turns, leaving, deadlines and displacement', () => {
    assert(
      property(array(operation, { maxLength: 400 }), integer({ min: 0, max: 12 }), (operations, maxQueue) => {
        const queue = new FlowQueue<number>(maxQueue)
        const waiting = new Map<number, Entry<number>>()
        let last = 0
        let tokens = 0
        const leaves = (entry: Entry<number>) => {
          same(waiting.delete(entry.request.payload), true)
          same(entry.isWaiting, false)
          tokens -= entry.tokens
        }
        operations.forEach((each, now) => {
          if (each.kind === 'enqueue') {
            const id = (last += 1)
            const deadlineMs = each.patience === null ? Infinity : now + each.patience
            const outcome = queue.enqueue(ask(id, { ...each, deadlineMs }), now)
            if (outcome.kind === 'full') {
              same(waiting.size, maxQueue)
            } else {
              if (outcome.displaced !== null) {
                same(waiting.size, maxQueue)
                const { priority } = outcome.displaced.request
                same(priority < Math.min(0, each.priority) || priority === each.priority, true)
                leaves(outcome.displaced)
              }
              waiting.set(id, outcome.entry)
              tokens += outcome.entry.tokens
            }
          } else if (each.kind === 'dispatch') {
            const isPassedOver = (id: number) => each.isPassing && id % 3 === 0
            const candidates = [...waiting.values()].filter(({ request }) => !isPassedOver(request.payload))
            const highest = Math.max(...candidates.map(({ request }) => request.priority))
            const entry = queue.dispatch(isPassedOver)
            same(entry === null, candidates.length === 0)
            if (entry !== null) {
              same(entry.request.priority, highest)
              leaves(entry)
              if (each.isBack) {
                queue.putBack(entry)
                waiting.set(entry.request.payload, entry)
                tokens += entry.tokens
              }
            }
          } else if (each.kind === 'cancel') {
            const entries = [...waiting.values()]
            const entry = entries[each.which % Math.max(1, entries.length)]
            if (entry !== undefined) {
              same(queue.cancel(entry), true)
              leaves(entry)
              same(queue.cancel(entry), false)
            }
          } else {
            for (let entry = queue.expire(now); entry !== null; entry = queue.expire(now)) {
              same(entry.request.deadlineMs <= now, true)
              leaves(entry)
            }
            for (const { request } of waiting.values()) same(request.deadlineMs > now, true)
          }
          same(queue.size, waiting.size)
          same(queue.tokens, tokens)
          same(
            queue.lengths.reduce((sum, { length }) => sum + length, 0),
            waiting.size,
          )
          const oldest = Math.min(...[...waiting.values()].map(({ enqueuedAtMs }) => enqueuedAtMs))
          same(queue.oldestMs, oldest === Infinity ? null : oldest)
        })
        for (let entry = queue.dispatch(); entry !== null; entry = queue.dispatch()) leaves(entry)
        expect([waiting.size, queue.size, queue.tokens, queue.lengths, queue.nextDeadlineMs]).toEqual([
          0,
          0,
          0,
          [],
          Infinity,
        ])
      }),
      { numRuns: 500 },
    )
  })

  it('lets interactive work go before batch work, whenever that came', () => {
    const queue = new FlowQueue<number>(10)
    fill(queue, [{ priority: -10 }, { priority: -10 }, { priority: 0 }, { priority: 10 }, { priority: 0 }])
    expect(dispatchAll(queue)).toEqual([3, 2, 4, 0, 1])
  })

  it('keeps the order of one tenant', () => {
    const queue = new FlowQueue<number>(10)
    fill(queue, [{ tokens: 9 }, { tokens: 1 }, { tokens: 5 }])
    expect(dispatchAll(queue)).toEqual([0, 1, 2])
  })

  it('takes turns by tokens, so that a tenant with long prompts does not get more than one with short ones', () => {
    const queue = new FlowQueue<number>(100)
    const long = Array.from({ length: 10 }, () => ({ tenant: 'long', tokens: 400 }))
    const short = Array.from({ length: 40 }, () => ({ tenant: 'short', tokens: 100 }))
    fill(queue, [...long, ...short])
    const first = dispatchAll(queue).slice(0, 25)
    expect(first.filter((place) => place < 10)).toHaveLength(5)
  })

  it('when full, sheds the newest of the lowest priority below 0, and else refuses', () => {
    const queue = new FlowQueue<number>(3)
    const [low, , plain] = fill(queue, [{ priority: -2 }, { priority: -1 }, { priority: 0 }])
    expect(queue.enqueue(ask(3, { priority: 0 }), 3)).toMatchObject({ kind: 'waits', displaced: low })
    expect(queue.enqueue(ask(4, { priority: -1 }), 4)).toEqual({ kind: 'full' })
    expect(queue.enqueue(ask(5, { priority: 9 }), 5)).toMatchObject({ kind: 'waits' })
    // What is left may not be shed, whatever comes.
    expect(queue.enqueue(ask(6, { priority: 9 }), 6)).toEqual({ kind: 'full' })
    expect(plain?.isWaiting).toBe(true)
    expect(dispatchAll(queue)).toEqual([5, 2, 3])
  })

  it('when full, sheds what is below 0 though it had its turn and found no place', () => {
    const queue = new FlowQueue<number>(1)
    const [low] = fill(queue, [{ priority: -1 }])
    const entry = queue.dispatch()
    if (entry === null) throw new Error('one waits')
    queue.putBack(entry)
    expect(queue.enqueue(ask(1, { priority: -1 }), 1)).toEqual({ kind: 'full' })
    expect(queue.enqueue(ask(2, { priority: 0 }), 2)).toMatchObject({ kind: 'waits', displaced: low })
    expect(dispatchAll(queue)).toEqual([2])
  })

  it('when full, one tenant that holds every place makes room for another', () => {
    const queue = new FlowQueue<number>(4)
    fill(queue, [{ tenant: 'flood' }, { tenant: 'flood' }, { tenant: 'flood' }, { tenant: 'flood' }])
    const displaced = [4, 5, 6].map((payload) => {
      const outcome = queue.enqueue(ask(payload, { tenant: 'other' }), payload)
      return outcome.kind === 'waits' ? outcome.displaced?.request.payload : outcome.kind
    })
    expect(displaced).toEqual([3, 2, 'full'])
    expect(queue.enqueue(ask(7, { tenant: 'flood' }), 7)).toEqual({ kind: 'full' })
  })

  it('lets those that are passed over go before the others of their priority later, in their order', () => {
    const queue = new FlowQueue<number>(9)
    fill(queue, [{}, {}, {}, {}, { priority: -1 }])
    expect(queue.dispatch(isEven)?.request.payload).toBe(1)
    expect(queue.dispatch(isEven)?.request.payload).toBe(3)
    expect(queue.dispatch(isEven)).toBeNull()
    expect([queue.size, queue.dispatch(isOdd)?.request.payload]).toEqual([3, 0])
    expect(dispatchAll(queue)).toEqual([2, 4])
  })

  it('lets one that found no place go first again, before what has the same priority', () => {
    const queue = new FlowQueue<number>(3)
    fill(queue, [{}, {}, { priority: 5 }])
    queue.dispatch()
    const entry = queue.dispatch()
    if (entry === null) throw new Error('two wait')
    queue.putBack(entry)
    queue.enqueue(ask(3, { priority: 5 }), 3)
    expect(dispatchAll(queue)).toEqual([3, 0, 1])
  })
})
