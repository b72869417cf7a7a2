import { afterEach, describe, expect, it, vi } from 'vitest'
import { startServer } from '../engine-servers/serving/index.ts'
import { shapeOf } from '../engine-servers/simulated/engine-shape.ts'
import { prepareSimulated } from '../engine-servers/simulated/index.ts'
import { parseSettings } from '../engine-servers/simulated/settings.ts'
import { randomFrom } from '../engines/index.ts'
import { policyNamed, type ChoiceReason, type PolicyKind } from '../scheduling/index.ts'
import { FleetRun } from '../simulate/fleet-run.ts'
import type { Workload } from '../simulate/index.ts'
import { oracleHitTokens } from '../simulate/oracle.ts'
import { preparePrompts } from '../simulate/prepare-prompts.ts'
import { conversationTurns } from '../simulate/testing/conversation-turns.ts'
import { startTestGateway, untilReady } from './testing/harness.ts'
import { StandingClock } from './testing/standing-clock.ts'
import { TraceClient } from './testing/trace-client.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const replicas = 3
const seed = 1
const context = 16_384
const settings = JSON.stringify({ gpu: 'l40s', model: 'llama-3.1-8b-fp8', maxSequences: 64 })

/** The trace's requests in a fifteenth of its time, which gives three replicas something to do at once. */
const timesAsFast = 15
/** What gateway and simulator expect of an answer before they have seen one: they learn lengths in different ways. */
const answerTokens = 256

/** What became of a request. */
interface Decided {
  readonly replica: number
  readonly reason: ChoiceReason | undefined
  /** Tokens of its prompt that its engine had. */
  readonly cachedTokens: number
}

/** Every request's fate in the simulator. */
function simulated(workload: Workload, policyName: string): readonly Decided[] {
  const kind = policyNamed(policyName)
  if (kind === undefined) throw new Error(`there is no policy ${policyName}`)
  const chosen: { readonly place: number; readonly reason: ChoiceReason }[] = []
  const noting: PolicyKind = {
    ...kind,
    create(given) {
      const policy = kind.create(given)
      const choose = policy.choose.bind(policy)
      policy.choose = (...asked) => {
        const decision = choose(...asked)
        if (decision.kind === 'replica') chosen.push(decision)
        return decision
      }
      return policy
    },
  }
  const engine = { ...shapeOf(parseSettings(settings), context), title: 'L40S', kvBytesPerToken: 0, pricePerHour: 0 }
  const slo = { ttftMs: 2000, tpotMs: 50 }
  const rest = { prefillReplicas: 0, transferBitsPerSecond: 1, policy: kind.name, seed, rate: 1, slo }
  const run = new FleetRun({ workload, engine, replicas, ...rest }, noting, preparePrompts(workload))
  run.run()
  return chosen.map(({ place, reason }, index) => ({
    replica: place,
    reason,
    cachedTokens: run.ledger.hitTokens[index] ?? 0,
  }))
}

/** An engine of the same shape, in this process. */
async function startEngine() {
  const flags = ['--model=m', '--port=0', `--context=${context}`, `--settings=${settings}`]
  const prepared = await prepareSimulated(flags)
  const server = await startServer({ ...prepared, log: () => {} })
  cleanUps.push(() => server.close())
  return { url: server.url, load: () => prepared.backend.load() }
}

/** Every request's fate behind a gateway, over HTTP. */
async function served(workload: Workload): Promise<readonly Decided[]> {
  const engines = await Promise.all(Array.from({ length: replicas }, startEngine))
  // Whose turn it is among equals begins at random: as in the simulator here.
  const random = vi.spyOn(Math, 'random').mockReturnValue(randomFrom(seed)())
  cleanUps.push(() => random.mockRestore())
  const addresses = engines.map(({ url }) => url)
  const gateway = await startTestGateway(
    { gateway: { health: { interval: '10m' } }, models: [{ name: 'm', engine: 'external', addresses }] },
    { workers: 1 },
  )
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, replicas)
  const client = new TraceClient(gateway.url, workload)
  const clock = new StandingClock(() => {
    const loads = engines.map(({ load }) => load())
    const there = loads.reduce((sum, { running, waiting }) => sum + running + waiting, 0)
    const generated = loads.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0)
    return there === client.sent - client.ended && generated === client.receivedTokens
  })
  cleanUps.push(() => clock.release())
  for (const [place, { atMs }] of workload.requests.entries()) {
    await clock.runUntil(() => clock.nowMs >= atMs)
    client.send(place)
  }
  await clock.runUntil(() => client.ended === client.sent)
  const told = gateway.log.filter(({ msg }) => msg === 'request')
  const lines = new Map(told.map((line) => [line['requestId'], line]))
  return workload.requests.map((_, place) => {
    const line = lines.get(String(place))
    // Replicas are named by their places.
    const replica = Number(String(line?.['replica']).replace(/^m-/, ''))
    return { replica, reason: line?.['choice'] as ChoiceReason, cachedTokens: client.cachedTokens(place) }
  })
}

/** Tokens that each replica computed. */
function workOf({ requests }: Workload, decided: readonly Decided[]): readonly number[] {
  const work = Array.from({ length: replicas }, () => 0)
  for (const [place, { replica, cachedTokens }] of decided.entries()) {
    const { promptTokens = 0, outputTokens = 0 } = requests[place] ?? {}
    work[replica] = (work[replica] ?? 0) + promptTokens - cachedTokens + outputTokens
  }
  return work
}

// proves C4, F3 (simulated)
describe('a gateway and its simulation, with three replicas and the default policy', () => {
  it('send every request of a trace to the same replica for the same reason, which finds the same in its cache', async () => {
    const workload = conversationTurns(timesAsFast, answerTokens)
    const decided = await served(workload)
    expect(decided).toEqual(simulated(workload, 'default'))

    // By turns the same requests would have gone elsewhere: the comparison can tell policies apart.
    const byTurns = simulated(workload, 'round-robin')
    const equal = decided.filter(({ replica }, place) => replica === byTurns[place]?.replica)
    expect(equal.length).toBeLessThan(workload.requests.length / 2)

    // Repeated beginnings are found where they are, as by one cache of all, and nobody gets much more to do than others.
    const cached = decided.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0)
    const found = oracleHitTokens(preparePrompts(workload), {
      capacityTokens: Infinity,
      unitTokens: workload.blockTokens,
      blockTokens: workload.blockTokens,
    })
    expect(cached).toBeGreaterThan(0.95 * found)
    const work = workOf(workload, decided)
    expect(Math.max(...work)).toBeLessThan(1.2 * Math.min(...work))
  }, 300_000)
})
