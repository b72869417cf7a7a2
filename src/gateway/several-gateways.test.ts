import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadReportSchema } from '../observe/report/index.ts'
import { startGatewayProcess, type GatewayProcess } from './testing/gateway-process.ts'
import { ask, until } from './testing/harness.ts'
import { startSimulatedHere, type SimulatedUnderTest } from './testing/simulated-process.ts'

const chat = '/v1/chat/completions'
const question = (tokens: number) =>
  JSON.stringify({ model: 'm', max_tokens: tokens, messages: [{ role: 'user', content: 'Hello there.' }] })

let folder: string
const cleanUps: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-gateways-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})

/** An engine that generates some ten tokens a second, four sequences at a time. */
async function startEngine(): Promise<SimulatedUnderTest> {
  const engine = await startSimulatedHere({ tokensPerSecond: 10, maxSequences: 4 }, 4096)
  cleanUps.push(() => engine.kill())
  return engine
}

/** A gateway process before these engines. */
async function startGateway(name: string, addresses: readonly string[], settings: object): Promise<GatewayProcess> {
  const fleetFile = join(folder, `${name}.yaml`)
  const { workers = 1, ...routing } = settings as { readonly workers?: number }
  const models = [{ name: 'm', engine: 'external', addresses, routing }]
  await writeFile(fleetFile, JSON.stringify({ name, gateway: { workers, health: { interval: '100ms' } }, models }))
  const gateway = await startGatewayProcess(fleetFile)
  cleanUps.push(() => gateway.end('SIGKILL'))
  await until('its replicas are ready', async () => (await replicas(gateway)).every(({ ready }) => ready))
  return gateway
}

async function replicas({ adminUrl }: GatewayProcess) {
  const { body } = await ask(`${adminUrl}/admin/v1/load`)
  return loadReportSchema.parse(JSON.parse(body.toString())).replicas
}

/** Requests of others at each replica, as a gateway tells them. */
async function foreign({ adminUrl }: GatewayProcess): Promise<readonly number[]> {
  const text = (await ask(`${adminUrl}/metrics`)).body.toString()
  return [...text.matchAll(/^fairlead_gateway_foreign_requests\{.*\} (.*)$/gm)].map(([, value]) => Number(value))
}

// proves C4 (real part)
describe('two gateways before the same replicas', () => {
  it.each([
    ['prefix', 1],
    ['load', 1],
    ['leastInFlight', 1],
    ['prefix', 2],
  ])(
    'send nothing where the other one keeps a replica busy, by %s with %d threads, until it does not any more',
    async (policy, workers) => {
      const [busy, idle] = [await startEngine(), await startEngine()]
      const one = await startGateway('one', [busy.url], {})
      const other = await startGateway('other', [busy.url, idle.url], { policy, workers, sharedReplicas: true })
      const leaving = new AbortController()
      const long = Array.from({ length: 6 }, () =>
        fetch(one.url + chat, { method: 'POST', body: question(4000), signal: leaving.signal }).catch(() => null),
      )
      await until('the other one is told', async () => (await foreign(other)).join() === '6,0')
      const before = (await replicas(other)).map(({ requests }) => requests)
      for (let count = 0; count < 4; count += 1) {
        expect((await ask(other.url + chat, question(2))).status).toBe(200)
      }
      expect((await replicas(other)).map(({ requests }, place) => requests - (before[place] ?? 0))).toEqual([0, 4])
      leaving.abort()
      await Promise.all(long)
      await until('the load is gone', async () => (await foreign(other)).join() === '0,0')
      for (let count = 0; count < 4; count += 1) await ask(other.url + chat, question(2))
      expect((await replicas(other))[0]?.requests).toBeGreaterThan(0)
    },
  )

  it('take turns where the Fleet does not say that replicas are shared, and never count their own as others’', async () => {
    const engines = [await startEngine(), await startEngine()]
    const urls = engines.map(({ url }) => url)
    const alone = await startGateway('alone', urls, { policy: 'leastInFlight' })
    const sharing = await startGateway('sharing', urls, { policy: 'leastInFlight', sharedReplicas: true })
    const running = Array.from({ length: 6 }, () => ask(sharing.url + chat, question(20)))
    await until('all of them run', async () => (await replicas(sharing)).every(({ inFlight }) => inFlight === 3))
    const seen: number[] = []
    await until('they have run', async () => {
      const told = await foreign(sharing)
      const isRunning = (await replicas(sharing)).every(({ inFlight }) => inFlight === 3)
      if (isRunning) seen.push(...told)
      return !isRunning
    })
    await Promise.all(running)
    expect(new Set(seen)).toEqual(new Set([0]))
    expect(await foreign(alone)).toEqual([0, 0])
  })
})
