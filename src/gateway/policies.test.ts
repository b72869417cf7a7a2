import { afterEach, describe, expect, it } from 'vitest'
import { routingPolicies, type RoutingPolicy } from '../fleet/index.ts'
import { startTestGateway, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import { answerJson, startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const chat = '/v1/chat/completions'
const replicas = 3
/** So many that a replica which is never drawn at random would be news: once in 60,000 runs. */
const draws = 30
/** As many as two threads that take turns by themselves need, however the requests fall to them. */
const turns = 6
const drawn = new Set<RoutingPolicy>(['random', 'powerOfTwo'])

/** What a policy does with requests that come one after another: spreads them, or keeps them by what they have in common. */
const behaviours: Readonly<Record<RoutingPolicy, 'spreads' | 'keeps prompts' | 'keeps sessions'>> = {
  auto: 'keeps prompts',
  leastInFlight: 'spreads',
  roundRobin: 'spreads',
  load: 'spreads',
  prefix: 'keeps prompts',
  prefixExact: 'keeps prompts',
  random: 'spreads',
  powerOfTwo: 'spreads',
  consistentHash: 'keeps prompts',
  session: 'keeps sessions',
  adapter: 'spreads',
  longestPrefix: 'keeps prompts',
  longestPrefixExact: 'keeps prompts',
  blend: 'keeps prompts',
  blendExact: 'keeps prompts',
  stickyUntilSaturated: 'keeps prompts',
  predicted: 'keeps prompts',
}

/** A gateway with a model for each policy, all before the same three engines. */
async function serve(workers: number, routing: object): Promise<[TestGateway, ProgrammableUpstream[]]> {
  const engines = await Promise.all(Array.from({ length: replicas }, () => startUpstream(answerJson({}))))
  for (const engine of engines) cleanUps.push(() => engine.kill())
  const addresses = engines.map(({ url }) => url)
  const models = routingPolicies.map((policy) => ({
    name: policy,
    engine: 'external',
    addresses,
    routing: { policy, ...routing },
  }))
  const gateway = await startTestGateway({ gateway: { workers }, models })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, replicas * models.length)
  return [gateway, engines]
}

/** A question of some 1,000 bytes. */
const conversation = (model: string, family: string): string =>
  JSON.stringify({ model, messages: [{ role: 'user', content: `${family} .`.repeat(300) }] })

/** The replicas that got a model's requests with this in them, each once. */
function holdersOf(engines: readonly ProgrammableUpstream[], model: string, text: string): number[] {
  return engines.flatMap(({ received }, place) =>
    received.some(({ body }) => body.includes(`"model":"${model}"`) && body.includes(text)) ? [place] : [],
  )
}

// proves C4 (stand-in)
describe.each([1, 2])('every policy of the scheduler, with %i threads', (workers) => {
  it('serves, and spreads or keeps requests as it says', { timeout: 120_000 }, async () => {
    const [gateway, engines] = await serve(workers, {})
    for (const policy of routingPolicies) {
      const behaviour = behaviours[policy]
      const families = behaviour === 'keeps prompts' ? ['a', 'b', 'c', 'd'] : ['s']
      const rounds = drawn.has(policy) ? draws : turns
      for (let round = 0; round < rounds; round += 1) {
        for (const family of families) {
          const headers = behaviour === 'keeps sessions' ? { 'x-session-id': family } : {}
          const { status } = await gateway.ask(chat, conversation(policy, family), { headers })
          expect([policy, status]).toEqual([policy, 200])
          // Its thread may still count it when the client has the answer.
          if (behaviour !== 'spreads') await untilIdle(gateway)
        }
      }
      const holders = families.map((family) => holdersOf(engines, policy, `"${family} .`).length)
      expect([policy, ...holders]).toEqual([policy, ...families.map(() => (behaviour === 'spreads' ? replicas : 1))])
    }
  })

  it('keeps sessions that the Fleet says stay, whatever the policy', async () => {
    const [gateway, engines] = await serve(workers, { session: { enabled: true } })
    for (const policy of routingPolicies) {
      for (let round = 0; round < 6; round += 1) {
        const headers = { 'x-session-id': 'one' }
        // Nothing in common but the session.
        const { status } = await gateway.ask(chat, conversation(policy, `text ${round}`), { headers })
        expect([policy, status]).toEqual([policy, 200])
      }
      expect([policy, holdersOf(engines, policy, '').length]).toEqual([policy, 1])
    }
  })
})
