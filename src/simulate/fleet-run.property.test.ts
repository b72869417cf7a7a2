import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PolicyKind } from '../scheduling/index.ts'
import type { Simulation } from './contract.ts'
import { FleetRun } from './fleet-run.ts'
import { oracleHitTokens } from './oracle.ts'
import { preparePrompts } from './prepare-prompts.ts'
import { simulate } from './simulate.ts'
import { engineWith, requestOf, simulationOf } from './testing/simulations.ts'

/** Who holds the most of a prompt, or else has the least to do; sometimes nobody. */
function greedy(prefixes: PolicyKind['prefixes'], mostInFlight = Infinity): PolicyKind {
  const choose: ReturnType<PolicyKind['create']>['choose'] = (request, replicas, choosing) => {
    let best = -1
    let bestCost = Infinity
    replicas.forEach((replica, place) => {
      if (choosing.isExcluded(place) || replica.inFlight >= mostInFlight) return
      const uncached = request.promptTokens - (request.heldTokens[place] ?? 0)
      const cost = uncached + replica.pendingPrefillTokens + replica.inFlight * 50 + choosing.random()
      if (cost >= bestCost) return
      best = place
      bestCost = cost
    })
    return best < 0 ? { kind: 'none' } : { kind: 'replica', place: best, reason: 'prefix' }
  }
  return { name: `greedy-${prefixes}`, summary: 'test', prefixes, source: 'test', create: () => ({ choose }) }
}

const requests = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 0, max: 300 }),
      path: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5 }),
      missing: fc.integer({ min: 0, max: 63 }),
      outputTokens: fc.integer({ min: 1, max: 60 }),
      after: fc.integer({ min: -20, max: 19 }),
    }),
    { maxLength: 40 },
  )
  .map((rows) => {
    let atMs = 0
    return rows.map(({ gapMs, path, missing, outputTokens, after }, place) => {
      const isFollower = after >= 0 && after < place
      if (!isFollower) atMs += gapMs
      return requestOf({
        atMs: isFollower ? gapMs : atMs,
        after: isFollower ? after : -1,
        promptTokens: path.length * 64 - missing,
        outputTokens,
        // A shorter last block has another text.
        blocks: path.map((id, unit) => (unit === path.length - 1 && missing > 0 ? 100 + id * 64 + missing : id)),
      })
    })
  })

const fleets = fc.record({
  replicas: fc.integer({ min: 2, max: 4 }),
  isSplit: fc.boolean(),
  kvCapacityTokens: fc.integer({ min: 300, max: 1500 }),
  prefixes: fc.constantFrom('none' as const, 'approximate' as const, 'exact' as const),
  mostInFlight: fc.constantFrom(1, 3, Infinity),
  flow: fc.option(
    fc.record({
      maxInFlight: fc.constantFrom(1, 2, 5),
      maxQueue: fc.constantFrom(0, 2, 100),
      maxWaitMs: fc.constantFrom(20, 500, Infinity),
    }),
  ),
  concurrency: fc.option(fc.integer({ min: 1, max: 5 })),
  gateways: fc.integer({ min: 1, max: 3 }),
  loadReportsMs: fc.option(fc.constantFrom(5, 200)),
  decodeKvTokens: fc.option(fc.integer({ min: 300, max: 1500 })),
  seed: fc.integer(),
})

// proves F3 (simulated)
describe('FleetRun, whatever comes', () => {
  it('answers each request once, in full, comes to rest, and does the same again', () => {
    fc.assert(
      fc.property(fleets, requests, (fleet, list) => {
        const { replicas, isSplit, kvCapacityTokens, prefixes, mostInFlight, seed, flow, concurrency, decodeKvTokens } =
          fleet
        const { gateways, loadReportsMs } = fleet
        const engine = { ...engineWith(), kvCapacityTokens }
        const plain = simulationOf(list, {
          replicas,
          prefillReplicas: isSplit ? 1 : 0,
          minSplitTokens: 128,
          engine: { ...engine, kvCapacityTokens: decodeKvTokens ?? kvCapacityTokens },
          prefillEngine: engine,
          seed,
          gateways,
          ...(loadReportsMs === null ? {} : { loadReportsMs }),
          ...(flow === null ? {} : { flow }),
        })
        const simulation: Simulation =
          concurrency === null ? plain : { ...plain, workload: { ...plain.workload, concurrency } }
        const prompts = preparePrompts(simulation.workload)
        const policy = greedy(prefixes, mostInFlight)
        const run = new FleetRun(simulation, policy, prompts)
        run.run()
        const { ledger } = run
        const ended = [...list.keys()].filter((place) => !Number.isNaN(ledger.endedMs[place] ?? NaN))
        expect(ended.length + ledger.rejected + ledger.refused.size).toBe(list.length)
        expect(ledger.refused.size).toBeLessThanOrEqual(flow === null ? 0 : list.length)
        list.forEach((request, place) => {
          expect(ledger.outputTokens[place]).toBe(ended.includes(place) ? request.outputTokens : 0)
          expect(ledger.hitTokens[place]).toBeLessThan(request.promptTokens)
        })
        for (const place of ended) {
          expect(ledger.firstTokenMs[place]).toBeGreaterThan(ledger.arrivedMs[place] ?? NaN)
          expect(ledger.endedMs[place]).toBeGreaterThanOrEqual(ledger.firstTokenMs[place] ?? NaN)
        }
        expect(ledger.waiting).toBe(0)
        for (const { engine, views, step } of run.replicas) {
          expect(views).toHaveLength(gateways)
          for (const { ownRequests, ownTokens, ownPrefillTokens } of views) {
            expect([ownRequests, ownTokens, ownPrefillTokens]).toEqual([0, 0, 0])
          }
          expect(step).toBeNull()
          expect([engine.running, engine.waiting, engine.usedBlocks]).toEqual([0, 0, 0])
          expect(engine.heldBlocks).toBeLessThanOrEqual(engine.capacityBlocks)
        }
        expect(simulate(simulation, { policy })).toEqual(simulate(simulation, { policy }))
      }),
      { numRuns: 150 },
    )
  })

  it('finds on one replica what the oracle finds, when answers take no room and one comes after another', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 400, max: 1500 }), (list, kvCapacityTokens) => {
        const apart = list.map((request, place) => ({ ...request, after: -1, atMs: place * 100_000, outputTokens: 1 }))
        const simulation = simulationOf(apart, { engine: { ...engineWith(), kvCapacityTokens } })
        const { hitTokens, oracleHitTokens: oracle } = simulate(simulation)
        expect(hitTokens).toBe(oracle)
      }),
    )
  })

  it('knows exactly what an idle engine will find, when engines say what they hold', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 400, max: 1500 }), (list, kvCapacityTokens) => {
        const apart = list.map((request, place) => ({ ...request, after: -1, atMs: place * 100_000 }))
        const simulation = simulationOf(apart, { replicas: 2, engine: { ...engineWith(), kvCapacityTokens } })
        const predicted: number[] = []
        const policy = greedy('exact')
        const watching: PolicyKind = {
          ...policy,
          create: (settings) => ({
            ...policy.create(settings),
            sent: ({ heldTokens }, decision) => {
              if (decision.kind === 'replica') predicted.push(heldTokens[decision.place] ?? -1)
            },
          }),
        }
        const run = new FleetRun(simulation, watching, preparePrompts(simulation.workload))
        run.run()
        expect([...run.ledger.hitTokens]).toEqual(predicted)
      }),
    )
  })
})

describe('oracleHitTokens', () => {
  it('finds no less with a larger cache', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 400, max: 1500 }), (list, capacityTokens) => {
        const prompts = preparePrompts({ name: 'test', blockTokens: 64, requests: list })
        const [small, large] = [capacityTokens, capacityTokens * 2].map((tokens) =>
          oracleHitTokens(prompts, { capacityTokens: tokens, unitTokens: 64, blockTokens: 16 }),
        )
        expect(small).toBeLessThanOrEqual(large ?? 0)
      }),
    )
  })
})
