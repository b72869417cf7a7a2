import type { ServerResponse } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadReportSchema } from '../observe/report/index.ts'
import { startGatewayProcess, type GatewayProcess } from './testing/gateway-process.ts'
import { ask, until, type WholeAnswer } from './testing/harness.ts'
import { startUpstream, type Behaviour, type ProgrammableUpstream } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const streaming = '{"model":"m","stream":true}'
const event = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
const done = 'data: [DONE]\n\n'
const crashed = 'a worker of the gateway crashed'
/** Requests at once: that a thread gets none of them is less likely than once in a million runs. */
const many = 24

let folder: string
const cleanUps: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-workers-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})

interface Started {
  readonly gateway: GatewayProcess
  readonly engine: ProgrammableUpstream
  /** Has a worker fail. */
  readonly fault: (thread: string, kind: Fault) => Promise<void>
}
type Fault = 'throw' | 'fill'

async function start(behave: Behaviour, model: object = {}): Promise<Started> {
  const engine = await startUpstream(behave)
  cleanUps.push(() => engine.kill())
  const fleetFile = join(folder, 'fleet.yaml')
  const faultFile = join(folder, 'fault')
  const models = [{ name: 'm', engine: 'external', addresses: [engine.url], ...model }]
  const settings = { workers: 2, health: { interval: '100ms' } }
  await writeFile(fleetFile, JSON.stringify({ name: 'test', gateway: settings, models }))
  const faults = fileURLToPath(new URL('./testing/worker-faults.ts', import.meta.url))
  // A small heap, so that it is full soon; the control thread has room in it.
  const args = ['--import', faults, '--max-old-space-size=128']
  const gateway = await startGatewayProcess(fleetFile, {}, { args, environment: { FAULT_FILE: faultFile } })
  cleanUps.push(() => gateway.end('SIGKILL'))
  await until('the replica is ready', async () => (await load(gateway))[0]?.ready === true)
  return { gateway, engine, fault: (thread, kind) => writeFile(faultFile, `${thread} ${kind}`) }
}

async function report({ adminUrl }: GatewayProcess) {
  const { body } = await ask(`${adminUrl}/admin/v1/load`)
  return loadReportSchema.parse(JSON.parse(body.toString()))
}
const load = async (gateway: GatewayProcess) => (await report(gateway)).replicas
const queueLength = async (gateway: GatewayProcess) => (await report(gateway)).queues[0]?.length
const inFlight = async (gateway: GatewayProcess) => (await load(gateway))[0]?.inFlight
async function counted({ adminUrl }: GatewayProcess, series: string): Promise<number> {
  const { body } = await ask(`${adminUrl}/metrics`)
  const line = body
    .toString()
    .split('\n')
    .find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}
/** A client has the end of its answer a moment before another thread sees that it was counted. */
async function untilServed(gateway: GatewayProcess, count: number): Promise<void> {
  const series = 'fairlead_gateway_requests_total{model="m",code="200",reason=""}'
  await until('all are counted', async () => (await counted(gateway, series)) >= count)
  expect(await counted(gateway, series)).toBe(count)
}
const untilRefused = (gateway: GatewayProcess, count: number) =>
  until('the others are refused', async () => {
    const series = 'fairlead_gateway_requests_total{model="m",code="503",reason="queue_full"}'
    return (await counted(gateway, series)) === count
  })

/** A client's view of a request: its answer, or how its connection broke. */
const askMany = (gateway: GatewayProcess, count: number) =>
  Array.from({ length: count }, () => ask(gateway.url + chat, streaming).catch((error: unknown) => String(error)))
const isWhole = (answer: WholeAnswer | string) =>
  typeof answer !== 'string' && !answer.isBroken && answer.body.toString().endsWith(done)

describe('a worker that dies under load', () => {
  const phases = { 'before the head': false, 'within a stream': true }
  const faults: Record<string, Fault> = { 'an uncaught exception': 'throw', 'a full heap': 'fill' }
  const rows = Object.entries(phases).flatMap(([phase, hasBegun]) =>
    Object.entries(faults).map(([name, fault]) => ({ phase, hasBegun, name, fault })),
  )

  // proves C7, Q6 (simulated)
  it.each(rows)(
    '$phase, of $name, takes its own requests along and leaks nothing',
    async ({ hasBegun, fault }) => {
      const open = new Set<ServerResponse>()
      const {
        gateway,
        engine,
        fault: order,
      } = await start((response) => {
        open.add(response)
        response.on('close', () => open.delete(response))
        if (hasBegun) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event)
      })
      const before = engine.behave
      engine.behave = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event + done)
      expect((await Promise.all(askMany(gateway, many))).every(isWhole)).toBe(true)
      await untilServed(gateway, many)

      engine.behave = before
      const asked = askMany(gateway, many)
      await until('the engine has every request', () => open.size === many)
      expect(await inFlight(gateway)).toBe(many)
      await order('gateway-1', fault)
      await until('the gateway hears of it', () => gateway.output().includes(crashed))
      // Who was on the other thread goes on; what was counted as under way on the dead one is not any more.
      await until('the dead thread’s requests count no more', async () => (await inFlight(gateway)) === open.size)
      const left = open.size
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThan(many)
      for (const response of open) {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(event + done)
      }
      const answers = await Promise.all(asked)
      expect(answers.filter(isWhole)).toHaveLength(left)
      // Nobody takes a broken answer for a whole one.
      const seenInPart = answers.filter((answer) => typeof answer !== 'string' && !isWhole(answer))
      expect(seenInPart).toEqual(seenInPart.map(() => expect.objectContaining({ isBroken: true })))
      await until('every count is zero', async () => (await inFlight(gateway)) === 0)
      // What the dead one had counted stays, and what the other one has counted since is added.
      await untilServed(gateway, many + left)

      engine.behave = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event + done)
      for (let round = 0; round < 3; round += 1) {
        expect((await Promise.all(askMany(gateway, many))).every(isWhole)).toBe(true)
      }
      await untilServed(gateway, many + left + 3 * many)
    },
    60_000,
  )

  it('gives back what it held of a limit', async () => {
    const open = new Set<ServerResponse>()
    const { gateway, fault } = await start(
      (response) => {
        open.add(response)
        response.on('close', () => open.delete(response))
      },
      { maxInFlight: 8, flow: { maxQueue: 0 } },
    )
    const first = askMany(gateway, many)
    await until('as many as may are there', () => open.size === 8)
    await untilRefused(gateway, many - 8)
    await fault('gateway-1', 'throw')
    await until('the gateway hears of it', () => gateway.output().includes(crashed))
    await until('its requests count no more', async () => (await inFlight(gateway)) === open.size)
    const left = open.size
    const second = askMany(gateway, many)
    await until('the limit is full again', () => open.size === 8)
    // All of them: one that came after the others are answered would be let in, and never answered.
    await untilRefused(gateway, many - 8 + many - (8 - left))
    expect(await inFlight(gateway)).toBe(8)
    for (const response of open) response.end('{}')
    await Promise.all([...first, ...second])
    await until('every count is zero', async () => (await inFlight(gateway)) === 0)
  }, 60_000)
})

// proves C6 (stand-in)
describe('a worker that dies while requests wait', () => {
  it('takes its own out of the queue, and those of the others are served, each once', async () => {
    const open: ServerResponse[] = []
    const { gateway, engine, fault } = await start(
      (response) => {
        open.push(response)
        response.on('close', () => open.includes(response) && open.splice(open.indexOf(response), 1))
      },
      { maxInFlight: 4 },
    )
    const outcomes = (reason: string) => counted(gateway, `fairlead_queue_outcomes_total{model="m",reason="${reason}"}`)
    const asked = askMany(gateway, many)
    await until('all others wait', async () => (await queueLength(gateway)) === many - 4)
    await fault('gateway-1', 'throw')
    await until('the gateway hears of it', () => gateway.output().includes(crashed))
    await until('the engine has as many as may', async () => open.length === 4 && (await inFlight(gateway)) === 4)
    const lost = await outcomes('internal')
    expect(lost).toBeGreaterThan(0)
    engine.behave = (response) => void response.end('{}')
    for (const response of open.splice(0)) response.end('{}')
    const answers = await Promise.all(asked)
    const served = answers.filter((answer) => typeof answer !== 'string' && answer.status === 200).length
    expect(served).toBeGreaterThan(0)
    await until('nobody waits', async () => (await queueLength(gateway)) === 0)
    await until('every count is zero', async () => (await inFlight(gateway)) === 0)
    // Everybody who waited left once: served, or gone with the dead worker.
    expect((await outcomes('')) + (await outcomes('internal')) + (await outcomes('client_closed'))).toBe(many - 4)
    const ended = 'fairlead_gateway_requests_total{model="m",code="200",reason=""}'
    await until('all are counted', async () => (await counted(gateway, ended)) === served)
    expect(engine.received.length).toBeLessThanOrEqual(many - lost)
  }, 60_000)
})

describe('the process’s signals and log', { timeout: 60_000 }, () => {
  it('drain every worker: streams end, connections are refused, the process goes', async () => {
    const open = new Set<ServerResponse>()
    const { gateway } = await start((response) => {
      open.add(response)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event)
    })
    const asked = askMany(gateway, many)
    await until('the engine has every request', () => open.size === many)
    const gone = gateway.end('SIGTERM')
    await until('it is not ready', async () => (await ask(`${gateway.adminUrl}/readyz`)).status === 503)
    await until('no thread accepts', async () => (await ask(`${gateway.url}/livez`).catch(() => null)) === null)
    for (const response of open) response.end(event + done)
    expect((await Promise.all(asked)).every(isWhole)).toBe(true)
    await gone
    expect(gateway.child.exitCode).toBe(0)
  })

  it('keep lines of the log whole, whichever thread wrote them', async () => {
    const { gateway } = await start((response) => void response.end('{}'))
    for (let round = 0; round < 20; round += 1) await Promise.all(askMany(gateway, many))
    await gateway.end()
    const lines = gateway.output().trim().split('\n')
    const records = lines.map((line) => JSON.parse(line) as { msg: string })
    expect(records.filter(({ msg }) => msg === 'request')).toHaveLength(20 * many)
  })
})
