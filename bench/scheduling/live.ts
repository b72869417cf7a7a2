/**
 * What a policy brings a running service, and what the simulator says of it: a slice of the conversation trace through
 * `fairlead up`, its gateway and three simulated engines, at the trace's times, policy by policy. `node bench/scheduling/live.ts
 * [PICTURE.svg]`; a minute and a half each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { percentileChart } from '../../src/cli/simulate/report/percentile-chart.ts'
import { style } from '../../src/cli/simulate/report/style.ts'
import { shapeOf } from '../../src/engine-servers/simulated/engine-shape.ts'
import { parseSettings } from '../../src/engine-servers/simulated/settings.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { TraceClient } from '../../src/gateway/testing/trace-client.ts'
import { policyOfFleet } from '../../src/scheduling/index.ts'
import { simulate, type Percentiles } from '../../src/simulate/index.ts'
import { percentilesOf } from '../../src/simulate/measure/percentiles.ts'
import { conversationTurns } from '../../src/simulate/testing/conversation-turns.ts'
import { renderTable } from '../report/render-table.ts'

const policies = ['roundRobin', 'leastInFlight', 'auto'] as const
type FleetPolicy = (typeof policies)[number]

const replicas = 3
const context = 16_384
const simulated = { gpu: 'l4', model: 'llama-3.1-8b-fp8', maxSequences: 64 }
/** Fast enough that replicas have something to do at once. */
const timesAsFast = 6
const answerTokens = 256
const slo = { ttftMs: 1000, tpotMs: 50 }
const workload = conversationTurns(timesAsFast, answerTokens)
const promptTokens = workload.requests.reduce((sum, request) => sum + request.promptTokens, 0)

/** What became of a load. */
interface Figures {
  readonly ttftMs: Percentiles
  /** Share of the prompts' tokens that engines had in their caches. */
  readonly hits: number
}

/** A Fleet that serves until `close`. */
async function startFleet(policy: FleetPolicy): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-live-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const fleet = {
    name: 'live',
    gateway: { listen: new URL(url).host },
    models: [{ name: 'm', engine: 'simulated', replicas, context, simulated, routing: { policy } }],
  }
  // JSON is YAML.
  await writeFile(join(folder, 'fleet.yaml'), JSON.stringify(fleet))
  const command = join(import.meta.dirname, '..', '..', 'bin', 'fairlead.js')
  const child = spawn(process.execPath, [command, 'up', 'fleet.yaml'], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let told = ''
  child.stderr.on('data', (piece) => (told += piece))
  const ended = once(child, 'exit')
  const isServing = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isServing())) {
    if (child.exitCode !== null) throw new Error(`the Fleet did not start:\n${told}`)
    await delay(200)
  }
  const close = async () => {
    child.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  return { url, close }
}

async function serve(policy: FleetPolicy): Promise<Figures> {
  const { url, close } = await startFleet(policy)
  try {
    const client = new TraceClient(url, workload)
    const startedAt = performance.now()
    for (const [place, { atMs }] of workload.requests.entries()) {
      await delay(Math.max(0, startedAt + atMs - performance.now()))
      client.send(place)
    }
    while (client.ended < client.sent) await delay(50)
    const places = [...workload.requests.keys()]
    const cached = places.reduce((sum, place) => sum + client.cachedTokens(place), 0)
    return {
      ttftMs: percentilesOf(Float64Array.from(places, (place) => client.ttftMs(place))),
      hits: cached / promptTokens,
    }
  } finally {
    await close()
  }
}

function foretell(name: FleetPolicy): Figures {
  const policy = policyOfFleet(name)
  if (policy === undefined) throw new Error(`there is no policy ${name}`)
  const shape = shapeOf(parseSettings(JSON.stringify(simulated)), context)
  const engine = { ...shape, title: simulated.gpu, kvBytesPerToken: 0, pricePerHour: 0 }
  const rest = { prefillReplicas: 0, transferBitsPerSecond: 1, policy: policy.name, seed: 1, rate: 1, slo }
  const { ttftMs, hitTokens } = simulate({ workload, engine, replicas, ...rest }, { policy, clock: () => 0 })
  return { ttftMs, hits: hitTokens / promptTokens }
}

const rows: { readonly name: string; readonly isDefault: boolean; readonly figures: Figures }[] = []
for (const policy of policies) {
  process.stderr.write(`serving ${workload.requests.length} requests with ${policy} …\n`)
  const isDefault = policy === 'auto'
  rows.push({ name: `${policy}, served`, isDefault, figures: await serve(policy) })
  rows.push({ name: `${policy}, simulated`, isDefault, figures: foretell(policy) })
}
const ms = (value: number) => value.toFixed(0)
const cells = rows.map(({ name, figures: { ttftMs, hits } }) => [
  name,
  ms(ttftMs.p50),
  ms(ttftMs.p90),
  ms(ttftMs.p99),
  `${(hits * 100).toFixed(1)} %`,
])
process.stdout.write(`${renderTable(['', 'TTFT p50, ms', 'p90', 'p99', 'prompt tokens in caches'], cells)}\n`)
const picture = process.argv[2]
if (picture !== undefined) {
  const bars = rows.map(({ name, isDefault, figures }) => ({ name, isDefault, values: figures.ttftMs }))
  const { markup } = percentileChart('Time to first token: p50, p90 and p99, served and simulated', bars, Infinity)
  // The page's own look, with its ground, for a picture that stands alone.
  const look = `<style>${style.replaceAll(':root', 'svg')}</style><rect width="100%" height="100%" fill="var(--card)"/>`
  await writeFile(picture, `${markup.replace('>', `>${look}`)}\n`)
}
