import { describe, expect, it } from 'vitest'
import type { Policy, ReplicaState } from '../contract.ts'
import { policyNamed } from '../index.ts'
import { ask, choosingAt, plainSettings, replicaState as replica, requestShape as request } from '../testing/states.ts'

const create = (name: string): Policy => {
  const kind = policyNamed(name)
  if (kind === undefined) throw new Error(`no policy ${name}`)
  return kind.create(plainSettings)
}
const busy = (name: string, requests: number, tokens = requests * 1_000): ReplicaState =>
  replica(name, { inFlight: requests, inFlightTokens: tokens, pendingPrefillTokens: tokens / 2 })
const full = { running: 9, waiting: 9, kvCacheUsage: 0.97, ageMs: 10 }

const placesOf = (policy: Policy, replicas: readonly ReplicaState[]): string[] =>
  Array.from({ length: 500 }, (_, prefixHash) => ask(policy, request([], { prefixHash }), replicas))

// proves C4 (real part)
describe('round-robin', () => {
  it('takes turns by weight', () => {
    const policy = create('round-robin')
    const replicas = [replica('a', { weight: 2 }), replica('b')]
    expect([1, 2, 3, 4, 5, 6].map(() => ask(policy, request([0, 0]), replicas))).toEqual(
      ['a', 'b', 'a', 'a', 'b', 'a'].map((name) => `${name} turn`),
    )
  })
})

describe('the policies of load', () => {
  it('compare requests, or tokens', () => {
    const replicas = [busy('few long', 1, 90_000), busy('many short', 5, 5_000)]
    expect(ask(create('least-request'), request([0, 0]), replicas)).toBe('few long least-loaded')
    expect(ask(create('power-of-two'), request([0, 0]), replicas)).toBe('few long least-loaded')
    expect(ask(create('least-tokens'), request([0, 0]), replicas)).toBe('many short least-loaded')
  })

  it('give more to a replica of more weight', () => {
    const replicas = [replica('small', { inFlight: 3 }), replica('large', { inFlight: 9, weight: 4 })]
    expect(ask(create('least-request'), request([0, 0]), replicas)).toBe('large least-loaded')
  })
})

describe('consistent-hash', () => {
  const names = Array.from({ length: 10 }, (_, place) => `replica-${place}`)
  it('moves only the prompts of a replica that goes', () => {
    const policy = create('consistent-hash')
    const replicas = names.map((name) => replica(name))
    const before = placesOf(policy, replicas)
    const after = placesOf(
      policy,
      replicas.filter(({ name }) => name !== 'replica-3'),
    )
    const stayed = before.filter((place) => !place.startsWith('replica-3'))
    expect(after.filter((_, prompt) => !before[prompt]?.startsWith('replica-3'))).toEqual(stayed)
    expect(stayed.length).toBeGreaterThan(400)
    expect(after.some((place) => place.startsWith('replica-3'))).toBe(false)
  })

  it('goes to the next on the ring while a replica has more than 1.25 times its share', () => {
    const policy = create('consistent-hash')
    const owner = ask(
      policy,
      request([]),
      names.map((name) => replica(name)),
    )
    const replicas = names.map((name) => replica(name, { inFlight: owner.startsWith(name) ? 14 : 10 }))
    const other = ask(policy, request([]), replicas)
    expect(other).toMatch(/hash-overflow$/)
    expect(other.split(' ')[0]).not.toBe(owner.split(' ')[0])
  })
})

describe('session', () => {
  const asks = { session: 'chat' }

  it('stays with a replica, whatever its place, and for as long as is configured', () => {
    const policy = create('session')
    const replicas = [replica('a'), replica('b', { inFlight: 1 })]
    expect(ask(policy, request([], asks), replicas)).toBe('a least-loaded')
    const later = [replica('b'), replica('a', { inFlight: 5 })]
    expect(ask(policy, request([], asks), later, choosingAt(59_000))).toBe('a session')
    expect(ask(policy, request([], asks), later, choosingAt(118_000))).toBe('a session')
    expect(ask(policy, request([], asks), later, choosingAt(178_001))).toBe('b least-loaded')
  })

  it('moves when its replica is gone, tried before, or saturated, and stays where it moved', () => {
    for (const [now, excluded] of [
      [[replica('b')], []],
      [[replica('a', { isAvailable: false }), replica('b')], []],
      [[replica('a'), replica('b')], [0]],
      [[replica('a', { reported: full }), replica('b')], []],
      [[replica('a', { inFlight: 40 }), replica('b')], []],
    ] as const) {
      const policy = create('session')
      expect(ask(policy, request([], asks), [replica('a'), replica('b', { inFlight: 1 })])).toBe('a least-loaded')
      expect(ask(policy, request([], asks), now, choosingAt(1, 0, excluded))).toBe('b least-loaded')
      expect(ask(policy, request([], asks), [replica('a'), replica('b')])).toBe('b session')
    }
  })
})

describe('adapter', () => {
  it('goes where the adapter is loaded, else where few are', () => {
    const policy = create('adapter')
    const loaded = new Set(['french'])
    const asks = request([], { adapter: 'french' })
    const replicas = [replica('a'), replica('b', { adapters: loaded, inFlight: 4 })]
    expect(ask(policy, asks, replicas)).toBe('b adapter')
    expect(ask(policy, asks, [replica('a'), replica('b', { adapters: loaded, reported: full })])).toBe('a least-loaded')
    expect(ask(policy, asks, [replica('a', { adapters: new Set(['x', 'y']) }), busy('b', 3)])).toBe('b least-loaded')
  })
})

describe.each(['prefix', 'prefix-exact'])('%s', (name) => {
  it('goes to whoever holds the most until it has fallen behind', () => {
    const policy = create(name)
    expect(ask(policy, request([200, 900, 0]), [replica('a'), replica('b'), replica('c')])).toBe('b prefix')
    expect(ask(policy, request([0, 900]), [replica('a'), busy('b', 4, 50_000)])).toBe('a prefix-overloaded')
    expect(ask(policy, request([0, 0]), [busy('a', 1), replica('b')])).toBe('b new-prompt')
  })
})

describe('sticky-until-saturated', () => {
  it('sticks to who holds 80 % until that is 18 s of prefill behind', () => {
    const policy = create('sticky-until-saturated')
    const tokens = 15_928 * 18
    expect(ask(policy, request([800, 0]), [busy('a', 9, tokens), replica('b')])).toBe('a prefix')
    expect(ask(policy, request([800, 0]), [busy('a', 9, tokens + 1), replica('b')])).toBe('b prefix-overloaded')
    expect(ask(policy, request([799, 0]), [busy('a', 9), replica('b')])).toBe('b new-prompt')
    expect(ask(policy, request([800, 900]), [busy('a', 1), busy('b', 2)])).toBe('a prefix')
  })
})

describe('blend', () => {
  it('adds up prefix, queue and cache, and gives new prompts in turn', () => {
    const policy = create('blend')
    const idle = { running: 0, waiting: 0, kvCacheUsage: 0, ageMs: 10 }
    const replicas = [replica('a', { reported: idle }), replica('b', { reported: idle })]
    expect(ask(policy, request([900, 0]), replicas)).toBe('a prefix')
    expect(ask(policy, request([900, 0]), [replica('a', { reported: full }), replica('b', { reported: idle })])).toBe(
      'b prefix-overloaded',
    )
    const turns = [1, 2, 3, 4].map(() => ask(policy, request([0, 0]), replicas).slice(0, 1))
    expect(turns[0]).not.toBe(turns[1])
    expect(turns[2]).not.toBe(turns[3])
  })
})

describe.each(['default', 'default-exact', 'predicted'])('%s', (name) => {
  it('goes where the prompt is held, and elsewhere once waiting there costs more', () => {
    const policy = create(name)
    const place = (...replicas: ReplicaState[]) => ask(policy, request([0, 900]), replicas).slice(0, 1)
    expect(place(replica('a'), replica('b'))).toBe('b')
    expect(place(replica('a'), busy('b', 1, 1_200))).toBe('b')
    expect(place(replica('a'), busy('b', 30, 60_000))).toBe('a')
  })

  it('keeps long prompts away from where many are being answered, whom they would hold up', () => {
    const policy = create(name)
    const decoding = replica('decoding', { inFlight: 40, inFlightTokens: 10_000 })
    const prefilling = replica('prefilling', { inFlight: 1, inFlightTokens: 21_000, pendingPrefillTokens: 20_000 })
    const long = request([0, 0], { promptTokens: 60_000 })
    expect(ask(policy, long, [decoding, prefilling])).toMatch(/^prefilling/)
    expect(ask(policy, request([0, 0], { promptTokens: 100 }), [decoding, prefilling])).toMatch(/^decoding/)
  })
})

/** A replica whose engine has told how full it is. */
const holder = (but: Partial<typeof full>): ReplicaState =>
  replica('holder', { ...busy('holder', 1, 100), reported: { ...full, ...but } })

// proves C4 (real part)
describe.each(['prefix', 'prefix-exact'])('what a full cache holds, by %s', (name) => {
  const askWith = (...replicas: readonly ReplicaState[]) => ask(create(name), request([900, 0]), replicas)

  it('does not count while another has room, unless the report is old', () => {
    expect(askWith(holder({ kvCacheUsage: 0.9 }), busy('other', 1))).toBe('holder prefix')
    expect(askWith(holder({}), replica('other'))).toBe('other prefix-overloaded')
    expect(askWith(holder({}), replica('other', { reported: { ...full, kvCacheUsage: 0.9 } }))).toBe(
      'other prefix-overloaded',
    )
    expect(askWith(holder({ ageMs: 5_001 }), busy('other', 1))).toBe('holder prefix')
  })

  it('counts again where all are full, and none of the others may be asked', () => {
    expect(askWith(holder({}), replica('other', { reported: full, inFlight: 1 }))).toBe('holder prefix')
    expect(askWith(holder({}), replica('other', { isAvailable: false }))).toMatch(/^holder /)
  })

  it('lets it win by what it has to do', () => {
    expect(askWith(holder({}), busy('other', 40))).toMatch(/^holder /)
  })
})

describe('default', () => {
  it('says why', () => {
    const policy = create('default')
    const [a, b] = [replica('a'), replica('b')]
    expect(ask(policy, request([0]), [a])).toBe('a only-one')
    expect(ask(policy, request([0, 900]), [a, b])).toBe('b prefix')
    expect(ask(policy, request([0, 900]), [a, busy('b', 50, 900_000)])).toBe('a prefix-overloaded')
    expect(ask(policy, request([0, 0]), [a, b])).toMatch(/new-prompt$/)
    expect(ask(policy, request([0, 0]), [])).toBe('none')
  })

  it('keeps a session that has one with its replica, though another holds its prompt', () => {
    const policy = create('default')
    const asks = { session: 'chat' }
    const [a, b] = [replica('a'), replica('b')]
    expect(ask(policy, request([900, 0], asks), [a, b])).toBe('a prefix')
    expect(ask(policy, request([0, 900], asks), [a, b])).toBe('a session')
    expect(ask(policy, request([0, 900], asks), [b])).toBe('b only-one')
  })

  it('prefers a replica that has the adapter, and lets another load it when that one is far behind', () => {
    const policy = create('default')
    const adapters = new Set(['french'])
    const asks = request([0, 0], { adapter: 'french' })
    expect(ask(policy, asks, [replica('a'), replica('b', { adapters, inFlight: 2, inFlightTokens: 3_000 })])).toMatch(
      /^b/,
    )
    expect(ask(policy, asks, [replica('a'), { ...busy('b', 90, 90_000), adapters }])).toMatch(/^a/)
  })
})
