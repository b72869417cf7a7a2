import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Choosing, Policy, ReplicaRole, ReplicaState, RequestShape } from '../contract.ts'
import { choosePrefill, SplitBenefit, SplittingPolicy } from './index.ts'

const replica = (role: ReplicaRole, pendingPrefillTokens = 0, isAvailable = true): ReplicaState => ({
  name: role,
  isAvailable,
  role,
  weight: 1,
  inFlight: 0,
  pendingPrefillTokens,
  inFlightTokens: 0,
  reported: null,
  adapters: new Set(),
})
const request = (promptTokens: number, heldTokens: readonly number[] = []): RequestShape => ({
  model: 'm',
  adapter: null,
  session: null,
  tenant: '',
  priority: 0,
  deadlineMs: null,
  promptTokens,
  heldTokens: Int32Array.from(heldTokens),
  prefixHash: 0,
  expectedOutputTokens: 100,
})
const choosing: Choosing = { nowMs: 0, random: () => 0, turn: () => 0, isExcluded: () => false }
/** The first that may have it. */
const first: Policy = {
  choose(_request, replicas, { isExcluded }) {
    const place = replicas.findIndex(({ isAvailable }, at) => isAvailable && !isExcluded(at))
    return place < 0 ? { kind: 'none' } : { kind: 'replica', place, reason: 'turn' }
  },
}

/** Prompts of many lengths, each served both ways. */
function teach(benefit: SplitBenefit, whole: (tokens: number) => number, split: (tokens: number) => number): void {
  for (let tokens = 500; tokens <= 20_000; tokens += 500) {
    benefit.observe('whole', tokens, whole(tokens))
    benefit.observe('split', tokens, split(tokens))
  }
}

const split = (tokens: number): number => 320 + tokens * 0.04

describe('when splitting pays', () => {
  it('is what the Fleet says as long as nothing is learned', () => {
    const benefit = new SplitBenefit(2_000)
    expect([benefit.pays(1_999, 0), benefit.pays(2_000, 0)]).toEqual([false, true])
    for (let count = 0; count < 100; count += 1) benefit.observe('whole', count * 100, count)
    expect([benefit.threshold(0), benefit.expectedSplitMs(1)]).toEqual([2_000, null])
  })

  it('is learned: where a pair’s first token comes as soon as one replica’s', () => {
    const benefit = new SplitBenefit(2_000)
    teach(
      benefit,
      (tokens) => 20 + tokens * 0.1,
      (tokens) => 320 + tokens * 0.04,
    )
    expect(benefit.threshold(0)).toBeCloseTo(5_000, 3)
    expect(benefit.expectedSplitMs(10_000)).toBeCloseTo(720, 3)
  })

  it('is sooner beside others, whose decoding a prompt would hold up', () => {
    const benefit = new SplitBenefit(2_000)
    teach(
      benefit,
      (tokens) => 20 + tokens * 0.1,
      (tokens) => 320 + tokens * 0.1,
    )
    // Nothing is gained for itself.
    expect(benefit.threshold(0)).toBe(16_000)
    expect(benefit.threshold(1)).toBeCloseTo(3_000, 3)
    expect(benefit.threshold(5)).toBeCloseTo(600, 3)
  })

  it('follows a machine that becomes slower', () => {
    const benefit = new SplitBenefit(2_000)
    teach(benefit, (tokens) => 20 + tokens * 0.1, split)
    for (let round = 0; round < 20; round += 1) teach(benefit, (tokens) => 20 + tokens * 0.34, split)
    expect(benefit.threshold(0)).toBeCloseTo(1_000, -1)
  })

  it('never moves further than a factor of eight, whatever was observed', () => {
    const observation = fc.tuple(fc.constantFrom('whole', 'split'), fc.nat(200_000), fc.nat(100_000))
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 100 }), fc.nat(50), (observations, others) => {
        const benefit = new SplitBenefit(2_000)
        for (const [how, tokens, ms] of observations) benefit.observe(how === 'whole' ? 'whole' : 'split', tokens, ms)
        const threshold = benefit.threshold(others)
        expect(threshold).toBeGreaterThanOrEqual(250)
        expect(threshold).toBeLessThanOrEqual(16_000)
      }),
    )
  })

  it('tries the other way now and then, near the threshold only', () => {
    const benefit = new SplitBenefit(2_000)
    teach(
      benefit,
      (tokens) => tokens * 0.1,
      (tokens) => 200 + tokens * 0.05,
    )
    const splits = (tokens: number) => Array.from({ length: 640 }, () => benefit.pays(tokens, 0)).filter(Boolean).length
    expect([splits(3_999), splits(4_001), splits(499), splits(33_000)]).toEqual([10, 630, 0, 640])
  })

  it('always, where the Fleet says so from the first token on', () => {
    const benefit = new SplitBenefit(0)
    teach(
      benefit,
      (tokens) => tokens,
      (tokens) => 1e6 + tokens,
    )
    expect(benefit.threshold(0)).toBe(0)
  })
})

describe('who prefills', () => {
  it('is the replica that is done first, with what it holds', () => {
    expect(choosePrefill(3, 0, (place) => [5_000, 1_000, 3_000][place] ?? 0)).toBe(1)
    expect(choosePrefill(2, 0, () => Infinity)).toBe(-1)
    expect(choosePrefill(0, 7, () => 0)).toBe(-1)
  })

  it('takes turns among equals', () => {
    expect([0, 1, 2, 3].map((turn) => choosePrefill(3, turn, () => 1))).toEqual([0, 1, 2, 0])
  })
})

const policy = () => new SplittingPolicy(first, new SplitBenefit(2_000))

describe('a policy for replicas with roles', () => {
  const fleet = [replica('prefill', 9_000), replica('prefill', 1_000), replica('decode'), replica('decode')]

  it('pairs for a long prompt', () => {
    expect(policy().choose(request(4_000), fleet, choosing)).toMatchObject({ kind: 'pair', prefill: 1, decode: 2 })
  })

  it('takes the prefill replica that holds the prompt, where its row is not longer than that saves', () => {
    const held = request(10_000, [10_000, 0, 0, 0])
    expect(policy().choose(held, fleet, choosing)).toMatchObject({ kind: 'pair', prefill: 0, decode: 2 })
  })

  it.each([
    ['a short prompt', request(1_999)],
    ['a prompt that the decode replica holds', request(10_000, [0, 0, 8_001, 0])],
  ])('leaves %s where it decodes', (_name, asked) => {
    expect(policy().choose(asked, fleet, choosing)).toMatchObject({ kind: 'replica', place: 2 })
  })

  it('asks the decode replica alone where nobody can prefill, and never a prefill replica alone', () => {
    const without = [replica('prefill', 0, false), replica('decode')]
    expect(policy().choose(request(9_000), without, choosing)).toMatchObject({ kind: 'replica', place: 1 })
    expect(policy().choose(request(9_000), [replica('prefill')], choosing)).toEqual({ kind: 'none' })
  })

  it('never chooses what is not available or was tried', () => {
    const some = fc.record({
      role: fc.constantFrom<ReplicaRole>('both', 'prefill', 'decode'),
      isAvailable: fc.boolean(),
      isTried: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), fc.nat(10_000), (parts, tokens) => {
        const replicas = parts.map(({ role, isAvailable }) => replica(role, 0, isAvailable))
        const decision = policy().choose(request(tokens), replicas, {
          ...choosing,
          isExcluded: (place) => parts[place]?.isTried === true,
        })
        const prefills = decision.kind === 'pair' ? [decision.prefill] : []
        const decodes =
          decision.kind === 'pair' ? [decision.decode] : decision.kind === 'replica' ? [decision.place] : []
        const chosen = [...prefills, ...decodes].map((place) => parts[place])
        expect(chosen.every((part) => part?.isAvailable === true && !part.isTried)).toBe(true)
        expect(prefills.every((place) => parts[place]?.role === 'prefill')).toBe(true)
        expect(decodes.every((place) => parts[place]?.role !== 'prefill')).toBe(true)
      }),
    )
  })
})
