import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Choosing, Outcome, ReplicaState, RequestShape } from '../contract.ts'
import { policies, policyNamed } from '../index.ts'
import { randomFrom } from '../../engines/index.ts'
import { Turns } from '../turns.ts'
import { plainSettings, replicaState, requestShape } from '../testing/states.ts'

const replica = fc.record({
  isAvailable: fc.boolean(),
  role: fc.constant('both' as const),
  weight: fc.oneof(fc.constant(1), fc.constant(0), fc.double({ min: 0, max: 8, noNaN: true })),
  inFlight: fc.nat(300),
  pendingPrefillTokens: fc.nat(500_000),
  inFlightTokens: fc.nat(2_000_000),
  reported: fc.option(
    fc.record({
      running: fc.nat(256),
      waiting: fc.nat(1_000),
      kvCacheUsage: fc.double({ min: 0, max: 1, noNaN: true }),
      ageMs: fc.nat(20_000),
    }),
  ),
  adapters: fc.subarray(['one', 'two']).map((names) => new Set(names)),
})
const fleet = fc
  .array(replica, { maxLength: 40 })
  .map((states) => states.map((state, place): ReplicaState => ({ ...state, name: `replica-${place}` })))

const request = (replicas: readonly ReplicaState[]) =>
  fc
    .record({
      promptTokens: fc.integer({ min: 1, max: 200_000 }),
      held: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
        minLength: replicas.length,
        maxLength: replicas.length,
      }),
      session: fc.option(fc.constantFrom('a', 'b')),
      adapter: fc.option(fc.constantFrom('one', 'two', 'three')),
      prefixHash: fc.integer(),
      expectedOutputTokens: fc.nat(4_000),
    })
    .map(({ held, ...rest }) =>
      requestShape(
        held.map((share) => Math.floor(share * (rest.promptTokens - 1))),
        rest,
      ),
    )
/** Requests to one fleet, with what is excluded for each and how long after the one before it comes. */
const scene = fleet.chain((replicas) =>
  fc.record({
    replicas: fc.constant(replicas),
    steps: fc.array(
      fc.record({
        request: request(replicas),
        excluded: fc.array(fc.nat(40), { maxLength: 6 }),
        afterMs: fc.nat(100_000),
        isAnswered: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    seed: fc.integer(),
  }),
)
type Scene = typeof scene extends fc.Arbitrary<infer Value> ? Value : never

const outcomeOf = (place: number, { promptTokens, expectedOutputTokens }: RequestShape, seed: number): Outcome => ({
  place,
  promptTokens,
  cachedTokens: seed % 2 === 0 ? null : Math.floor(promptTokens / 2),
  outputTokens: expectedOutputTokens,
  ttftMs: Math.abs(seed % 1_000_000),
  tpotMs: Math.abs(seed % 1_000),
  sent: { inFlight: 3, pendingPrefillTokens: 1_000, inFlightTokens: 10_000, uncachedTokens: promptTokens },
})

/** Plays a scene with a policy. */
function* play(name: string, { replicas, steps, seed }: Scene) {
  const policy = policyNamed(name)?.create(plainSettings)
  if (policy === undefined) throw new Error(`no policy ${name}`)
  const random = randomFrom(seed)
  const turns = new Turns(random)
  let nowMs = 0
  for (const step of steps) {
    nowMs += step.afterMs
    const isExcluded = (place: number) => step.excluded.includes(place)
    const choosing: Choosing = { nowMs, random, turn: () => turns.next(), isExcluded }
    const decision = policy.choose(step.request, replicas, choosing)
    yield { decision, replicas, excluded: step.excluded }
    if (decision.kind !== 'replica') continue
    policy.sent?.(step.request, decision, replicas, choosing)
    if (step.isAnswered) policy.answered?.(outcomeOf(decision.place, step.request, seed), replicas)
  }
}

const names = policies.map(({ name }) => name)

// proves C4 (real part)
describe.each(names)('the policy %s', (name) => {
  it('never asks a replica that is out of the question, and always one while there is any', () => {
    fc.assert(
      fc.property(scene, (played) => {
        for (const { decision, replicas, excluded } of play(name, played)) {
          const may = replicas.flatMap(({ isAvailable }, place) =>
            isAvailable && !excluded.includes(place) ? [place] : [],
          )
          const place = decision.kind === 'replica' ? decision.place : null
          expect(may.length === 0 ? [null] : may).toContain(place)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('decides the same for the same events and the same seed, so that a simulation can be repeated', () => {
    fc.assert(
      fc.property(scene, (played) => {
        const decisions = () => [...play(name, played)].map(({ decision }) => decision)
        expect(decisions()).toEqual(decisions())
      }),
      { numRuns: 40 },
    )
  })

  it('leaves no replica out when prompts that nobody knows come one after another and stay', () => {
    const states = Array.from({ length: 8 }, (_, place) => replicaState(`replica-${place}`))
    const policy = policyNamed(name)?.create(plainSettings)
    const random = randomFrom(5)
    const turns = new Turns(random)
    for (let number = 0; number < 400; number += 1) {
      const choosing: Choosing = { nowMs: number * 10, random, turn: () => turns.next(), isExcluded: () => false }
      const asked = requestShape([0, 0, 0, 0, 0, 0, 0, 0], {
        session: `session-${number}`,
        prefixHash: Math.imul(number, 0x9e3779b1),
      })
      const decision = policy?.choose(asked, states, choosing)
      if (decision?.kind !== 'replica') throw new Error('nobody was chosen')
      policy?.sent?.(asked, decision, states, choosing)
      const state = states[decision.place]
      if (state === undefined) throw new Error('somebody unknown was chosen')
      state.inFlight += 1
      state.pendingPrefillTokens += 1_000
      state.inFlightTokens += 1_200
    }
    for (const { inFlight } of states) {
      expect(inFlight).toBeGreaterThan(50 / 2)
      expect(inFlight).toBeLessThan(50 * 2)
    }
  })
})

describe('the table of policies', () => {
  it('names each once, says what it does and where it comes from', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const { summary, source } of policies) {
      expect(summary).toMatch(/\.$/)
      expect(source).not.toBe('')
    }
    expect(policyNamed('no such policy')).toBeUndefined()
  })
})
