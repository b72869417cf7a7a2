import { afterEach, describe, expect, it, vi } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { startTestGateway, untilReady } from '../../gateway/testing/harness.ts'
import { startSimulatedHere, type SimulatedUnderTest } from '../../gateway/testing/simulated-process.ts'
import type { CheckResult } from './contract.ts'
import { proofs, servingPlace } from './prove/index.ts'
import type { ServingPlace } from './prove/place.ts'
import { realMachine } from './real-machine.ts'
import { runChecks } from './run-checks.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const signal = new AbortController().signal
const fast = { ttft: 1, tokensPerSecond: 5000 }

interface Scene {
  readonly place: ServingPlace
  readonly engines: readonly SimulatedUnderTest[]
}

/** Real simulated engines behind a real gateway. */
async function serve(model: object, settings: readonly object[], pools: (urls: string[]) => object): Promise<Scene> {
  const engines = await Promise.all(settings.map((each) => startSimulatedHere({ ...fast, ...each }, 8192)))
  for (const engine of engines) cleanUps.push(() => engine.kill())
  const fleet = {
    name: 'lab',
    gateway: { health: { interval: '100ms' } },
    models: [{ name: 'm', engine: 'external', ...pools(engines.map(({ url }) => url)), ...model }],
  }
  const gateway = await startTestGateway({ gateway: fleet.gateway, models: fleet.models })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, engines.length)
  const read = requireFleet(
    loadFleet(Buffer.from(JSON.stringify(fleet)), { file: 'f', environment: {}, purpose: 'run' }),
    { colour: false },
  )
  const admin = `http://127.0.0.1:${gateway.adminAddress.port}`
  return {
    engines,
    place: servingPlace(read, { address: gateway.url, admin }, realMachine(process.env, signal), signal),
  }
}
const prove = (place: ServingPlace) => runChecks(proofs, place, { signal, words: {} })
const find = (results: readonly CheckResult[], id: string) => results.find((result) => result.id === id)
/** The same place under a Fleet that says another policy. */
const saying = (place: ServingPlace, policy: 'prefix' | 'prefixExact'): ServingPlace => {
  const models = place.fleet.models.map((model) => Object.assign({}, model, { routing: { ...model.routing, policy } }))
  return { ...place, fleet: { ...place.fleet, models } }
}
const addresses = (urls: string[]) => ({ addresses: urls })
const split = ([prefill, decode]: string[]) => ({ prefill: { addresses: [prefill] }, decode: { addresses: [decode] } })

// proves B8 (simulated)
describe('proofs by real requests', () => {
  it('see the prefix cache, the same replica and the metrics where routing goes by prefix', async () => {
    const { place } = await serve({ routing: { policy: 'prefix' } }, [{}, {}], addresses)
    const results = await prove(place)
    expect(find(results, 'prove.answers')).toMatchObject({ state: 'ok' })
    expect(find(results, 'prove.metrics')).toMatchObject({ state: 'ok' })
    expect(find(results, 'prove.prefix-cache')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/tokens were cached/),
    })
    expect(find(results, 'prove.same-replica')).toMatchObject({ state: 'ok', detail: 'm: 3 of 3 conversations' })
    expect(find(results, 'prove.transfer')?.state).toBe('not-applicable')
  })

  it('see that nothing is cached where requests go round, or the cache is emptied', async () => {
    const { place, engines } = await serve({ routing: { policy: 'roundRobin' } }, [{}, {}], addresses)
    const round = await prove(place)
    expect(find(round, 'prove.prefix-cache')).toMatchObject({
      state: 'failed',
      detail: 'm: nothing of an equal prompt was cached',
    })
    // What the Fleet says and what the gateway does can differ: the doctor believes its eyes.
    const believing = saying(place, 'prefix')
    expect(find(await prove(believing), 'prove.same-replica')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/second turns went elsewhere/),
    })
    const emptied = {
      ...believing,
      chat: async (...args: Parameters<ServingPlace['chat']>) => {
        const answer = await place.chat(...args)
        for (const engine of engines) await fetch(`${engine.url}/reset_prefix_cache`, { method: 'POST' })
        return answer
      },
    }
    expect(find(await prove(emptied), 'prove.prefix-cache')?.state).toBe('failed')
  })

  it('see tokens that were handed from prefill to decode, and that a split did not happen', async () => {
    const nixl = { kvConnector: 'nixl' }
    const model = { routing: { disaggregation: { minPromptTokens: 1 } } }
    const on = await serve(model, [nixl, nixl], split)
    expect(find(await prove(on.place), 'prove.transfer')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/tokens were handed over|was split/),
    })
    const never = await serve({ routing: { disaggregation: { minPromptTokens: 1_000_000 } } }, [nixl, nixl], split)
    expect(find(await prove(never.place), 'prove.transfer')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/was not split/),
    })
  })

  it('say what a gateway that does not answer says, and ask nothing more', async () => {
    const { place } = await serve({}, [{}], addresses)
    const results = await prove({
      ...place,
      chat: () =>
        Promise.resolve({ status: 401, cachedTokens: undefined, promptTokens: undefined, text: 'invalid key' }),
    })
    expect(find(results, 'prove.answers')).toMatchObject({ state: 'failed', detail: 'm: answers 401: invalid key' })
    expect(find(results, 'prove.prefix-cache')?.state).toBe('not-checked')
  })

  it('see that a model is not routed by KV events', async () => {
    const { place } = await serve({}, [{}], addresses)
    const exact = saying(place, 'prefixExact')
    expect(find(await prove(exact), 'prove.exact-routing')?.state).toBe('failed')
    const says = { ...exact, exactRouting: () => Promise.resolve([{ model: 'm', state: 'on', reason: '' }]) }
    expect(find(await prove(says), 'prove.exact-routing')).toMatchObject({ state: 'ok' })
  })
})
