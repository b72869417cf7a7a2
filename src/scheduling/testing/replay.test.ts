import { describe, expect, it } from 'vitest'
import { policies, policyNamed } from '../index.ts'
import type { ReplayRequest, ReplayResult, ReplaySettings } from './replay.ts'
import { replay } from './replay.ts'
import { conversations, sharedPrompts } from './workloads.ts'

const shape = { requests: 1_500, requestsPerSecond: 4, blockTokens: 512, seed: 11 }
const shared = sharedPrompts(shape, 60, 10)
const talks = conversations(shape, 6, 20_000)

const run = (name: string, requests: readonly ReplayRequest[], but: Partial<ReplaySettings> = {}): ReplayResult => {
  const kind = policyNamed(name)
  if (kind === undefined) throw new Error(`no policy ${name}`)
  const settings = {
    replicas: 8,
    blocksPerReplica: 300,
    blockTokens: 512,
    rate: 1,
    seed: 1,
    msPerPrefillToken: 0.06,
    msPerOutputToken: 20,
  }
  return replay(requests, { ...settings, kind, ...but })
}
const hitsOf = ({ hitTokens, oracleHitTokens }: ReplayResult): number => hitTokens / oracleHitTokens
const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0)

describe('a replay', () => {
  it('sends every request, and no policy finds more in 8 caches than was asked before', () => {
    for (const { name } of policies) {
      const result = run(name, talks.slice(0, 300))
      expect(sum(result.requests)).toBe(300)
      expect(result.hitTokens).toBeLessThan(result.promptTokens)
      expect(sum(result.work)).toBe(
        result.promptTokens - result.hitTokens + sum(talks.slice(0, 300).map(({ outputTokens }) => outputTokens)),
      )
    }
  })

  it('is the same again for the same seed', () => {
    for (const { name } of policies) expect(run(name, shared.slice(0, 300))).toEqual(run(name, shared.slice(0, 300)))
  })
})

// proves C4, Q5 (simulated)
describe('the default', () => {
  it.each([
    { title: 'system prompts that are shared unevenly', requests: shared, blocks: 300, hits: 0.97 },
    { title: 'conversations', requests: talks, blocks: 1_000, hits: 0.97 },
  ])('finds nearly what one large cache would, with work spread evenly: $title', ({ requests, blocks, hits }) => {
    for (const name of ['default', 'default-exact']) {
      const result = run(name, requests, { blocksPerReplica: blocks })
      expect(hitsOf(result)).toBeGreaterThan(hits)
      expect(result.spread).toBeLessThan(1.25)
    }
    for (const name of ['round-robin', 'least-request', 'consistent-hash', 'sticky-until-saturated']) {
      expect(hitsOf(run(name, requests, { blocksPerReplica: blocks }))).toBeLessThan(hits - 0.05)
    }
  })

  it('neither floods nor starves a replica that comes later', () => {
    let mostOfLate = 0
    let mostOfOthers = 0
    const result = run('default', talks, {
      before: (number, replicas) => {
        const late = replicas[7]
        if (late === undefined) return
        late.isAvailable = number >= 500
        mostOfLate = Math.max(mostOfLate, late.inFlight)
        mostOfOthers = Math.max(mostOfOthers, ...replicas.slice(0, 7).map(({ inFlight }) => inFlight))
      },
    })
    expect(mostOfLate).toBeLessThan(2 * mostOfOthers)
    const placesOf = (from: number, to: number): number =>
      result.decisions.slice(from, to).filter((decision) => decision.kind === 'replica' && decision.place === 7).length
    expect(placesOf(0, 500)).toBe(0)
    // An eighth of 200 would be 25: what is new comes soon, what others hold stays with them.
    expect(placesOf(500, 700)).toBeGreaterThan(10)
    expect(placesOf(500, 700)).toBeLessThan(100)
    expect(placesOf(500, 530)).toBeLessThan(15)
    expect(placesOf(1_000, 1_500)).toBeGreaterThan(40)
  })

  it('goes on evenly when a replica loses its cache or goes away for a while', () => {
    const result = run('default', talks, {
      before: (number, replicas) => {
        const failing = replicas[2]
        if (failing === undefined) return
        failing.isAvailable = number < 400 || number >= 700
        if (number === 400) failing.cache.clear()
      },
    })
    const places = result.decisions.map((decision) => (decision.kind === 'replica' ? decision.place : -1))
    expect(places.slice(400, 700)).not.toContain(2)
    expect(places.slice(700, 900).filter((place) => place === 2).length).toBeLessThan(60)
    expect(places.slice(700, 900).filter((place) => place === 2).length).toBeGreaterThan(8)
    expect(hitsOf(result)).toBeGreaterThan(0.8)
  })

  it('spreads one prefix that everybody asks for, from a cold start', () => {
    const burst = Array.from({ length: 400 }, (_, number) => ({
      atMs: number * 5,
      promptTokens: 20 * 512,
      outputTokens: 300,
      blocks: [...Array.from({ length: 19 }, (__, block) => block), 1_000 + number],
      session: null,
    }))
    for (const name of ['default', 'default-exact', 'predicted']) {
      const { requests } = run(name, burst)
      expect(Math.min(...requests)).toBeGreaterThan(50 / 4)
      expect(Math.max(...requests)).toBeLessThan(50 * 3)
    }
  })
})
