/**
 * Lets a gateway work under trouble for a while: clients that read, leave and read slowly, engines that are killed,
 * Fleets that change. `npm run soak -- --minutes 1 --workers 2`; ten minutes and one thread when nothing is said. Tells
 * how its memory grows and every event that was lost; exit code 1 when there is one, when memory grows, or a count is not
 * zero at the end.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { engineFor } from '../src/engines/index.ts'
import { loadFleet } from '../src/fleet/index.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { startGatewayProcess, type GatewayProcess } from '../src/gateway/testing/gateway-process.ts'
import { ask, until } from '../src/gateway/testing/harness.ts'
import { loadReportSchema } from '../src/observe/report/index.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, workers: { type: 'string', default: '1' } },
})
const minutes = Number(values.minutes)
const workers = Number(values.workers)
const clients = 24
const sampleMs = 2_000
/** Megabytes a minute, of heap or buffers, beyond which a run of five minutes and more has failed. */
const steepestSlope = 1
/**
 * How much more resident memory the last third of a run of three minutes and more may hold than the middle third, in
 * megabytes and as a share: collections of several threads that fall otherwise move it by some 10 MB either way.
 */
const residentSlackMb = 16
const residentShare = 0.1

/**
 * Every thread of the gateway collects all of its garbage every ten seconds, so that what is left is what is held: a thread
 * with little to do, such as the one that controls workers, leaves that for so long that garbage looks like a leak.
 */
const collecting = `import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm'
setFlagsFromString('--expose-gc'); setInterval(runInNewContext('gc'), 10_000).unref()`
const collectingArguments = ['--import', `data:text/javascript,${encodeURIComponent(collecting)}`]

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const tell = (line: string) => process.stdout.write(`${line}\n`)
const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item

/** A simulated engine that comes back at the same port whenever it is killed. */
class Engine {
  port = 0
  #child: ChildProcess | undefined

  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort()
    const simulated = { ttft: '20ms', tokensPerSecond: 400, maxSequences: 64 }
    const fleet = { name: 'soak', models: [{ name: 'm', engine: 'simulated', simulated }] }
    const model = loadFleet(JSON.stringify(fleet), { file: 'soak' }).fleet?.models[0]
    if (model === undefined) throw new Error('the Fleet of the engines is broken')
    const place = { host: '127.0.0.1', port: this.port, threads: 1, binariesOnPath: new Set<string>() }
    const { args, env } = engineFor('simulated').launch({ model, ...place })
    const main = fileURLToPath(new URL('../src/engine-servers/simulated/main.ts', import.meta.url))
    this.#child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    await until(
      'an engine is ready',
      async () => (await ask(`${this.url}/health`).catch(() => null))?.status === 200,
      60_000,
    )
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || !child.kill('SIGKILL')) return
    await once(child, 'exit')
  }
}

/** How requests ended, by kind. */
const ends = new Map<string, number>()
/** What must never happen, in words. */
const losses: string[] = []
const count = (kind: string) => ends.set(kind, (ends.get(kind) ?? 0) + 1)
function lose(what: string): void {
  count('LOST')
  if (losses.length < 20) losses.push(what)
}

interface Question {
  readonly content: string
  /** The whole answer, as an engine gives it undisturbed. */
  text: string
}
const bodyOf = ({ content }: Question, stream: boolean) =>
  JSON.stringify({ model: 'm', stream, temperature: 0, max_tokens: 120, messages: [{ role: 'user', content }] })
const chat = '/v1/chat/completions'

async function askWhole(url: string, question: Question): Promise<void> {
  const answer = await ask(url + chat, bodyOf(question, false)).catch((error: unknown) => String(error))
  if (typeof answer === 'string') return lose(`no answer: ${answer}`)
  if (answer.status !== 200) return lose(`status ${answer.status}: ${answer.body.toString()}`)
  if (textOfWhole(answer.body) === question.text) count('whole answers')
  else lose('a whole answer is another than it was undisturbed')
}

const textOfWhole = (body: Buffer) =>
  (JSON.parse(body.toString()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? ''

type Reader = 'whole' | 'slow' | 'leaving'
async function askStream(url: string, question: Question, reader: Reader): Promise<void> {
  const request = httpRequest(url + chat, { agent: false, method: 'POST' })
  request.on('error', () => {})
  request.end(bodyOf(question, true))
  const [response] = (await once(request, 'response').catch((error: unknown) => [error])) as [IncomingMessage | Error]
  if (response instanceof Error) return lose(`no stream: ${String(response)}`)
  const quota = reader === 'leaving' ? Math.random() * 12_000 : Infinity
  let text = ''
  try {
    for await (const piece of response) {
      text += String(piece)
      if (text.length > quota) {
        request.destroy()
        return count('streams left')
      }
      if (reader === 'slow') await pause(Math.random() * 200)
    }
  } catch (error) {
    return lose(`a stream was cut: ${String(error)}`)
  }
  if (response.statusCode !== 200) return lose(`status ${response.statusCode}: ${text}`)
  if (text.includes('\nevent: error\n') || text.startsWith('event: error\n')) {
    if (text.includes('[DONE]')) lose('a failed stream ended with [DONE]')
    return count('streams told of a dead engine')
  }
  if (!text.endsWith('data: [DONE]\n\n')) return lose(`a stream ended without [DONE]: …${text.slice(-200)}`)
  if (text.includes('"usage":{')) return lose('a stream showed usage that nobody asked for')
  if (textOfStream(text) === question.text) count(`streams (${reader})`)
  else lose('a stream is another than it was undisturbed')
}

function textOfStream(stream: string): string {
  const events = stream.split('\n\n').filter((event) => event.startsWith('data: {'))
  const parsed = events.map((event) => JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] })
  return parsed.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
}

interface Sample {
  readonly minute: number
  readonly value: number
}

/** Where memory shows: what the process holds of the system, and what is alive in it, garbage not yet collected included. */
const memoryMetrics = {
  resident: 'process_resident_memory_bytes',
  heap: 'nodejs_heap_size_used_bytes',
  buffers: 'nodejs_external_memory_bytes',
}

/** Least squares, per minute. */
function slope(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length
  const [minute, value] = [mean((sample) => sample.minute), mean((sample) => sample.value)]
  const spread = mean((sample) => (sample.minute - minute) ** 2)
  return spread === 0 ? 0 : mean((sample) => (sample.minute - minute) * (sample.value - value)) / spread
}

const readMetrics = async (gateway: GatewayProcess) => (await ask(`${gateway.adminUrl}/metrics`)).body.toString()
const valueOf = (text: string, metric: string) =>
  Number(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)

/** The last half: until then a process takes what it needs to work, and does not give it back. */
const lastHalf = (samples: readonly Sample[]) => samples.slice(Math.floor(samples.length / 2))

/** The smallest value of each eighth of the time, which tells growth from garbage. */
function floorsOf(samples: readonly Sample[]): Sample[] {
  const length = Math.max(1, Math.ceil(samples.length / 8))
  const parts = Array.from({ length: 8 }, (_, part) => samples.slice(part * length, (part + 1) * length))
  return parts
    .filter((part) => part.length > 0)
    .map((part) => ({ minute: part[0]?.minute ?? 0, value: Math.min(...part.map(({ value }) => value)) }))
}

/** The value below which a quarter of the samples are: what stays between collections, whatever single ones show. */
function lowerQuartile(samples: readonly Sample[]): number {
  const values = samples.map(({ value }) => value).toSorted((a, b) => a - b)
  return values[Math.floor(values.length / 4)] ?? Number.NaN
}

/** How much more is held in the last third of the time than in the one before it. */
function growthOf(samples: readonly Sample[]): { readonly middle: number; readonly last: number } {
  const third = Math.ceil(samples.length / 3)
  return { middle: lowerQuartile(samples.slice(third, 2 * third)), last: lowerQuartile(samples.slice(2 * third)) }
}

const folder = await mkdtemp(join(tmpdir(), 'fairlead-soak-'))
const fleetFile = join(folder, 'fleet.yaml')
const engines = [new Engine(), new Engine(), new Engine()]
let gateway: GatewayProcess | undefined
try {
  await Promise.all(engines.map((engine) => engine.start()))
  const writeFleet = (turn: number) => {
    const addresses = engines.map(({ url }) => url)
    const model = { name: 'm', engine: 'external', addresses, aliases: [`turn-${turn}`] }
    return writeFile(fleetFile, JSON.stringify({ name: 'soak', gateway: { workers }, models: [model] }))
  }
  await writeFleet(0)
  gateway = await startGatewayProcess(fleetFile, {}, { args: collectingArguments })
  const { url } = gateway
  const started = gateway
  await until('the gateway serves', async () => (await ask(`${url}/health`)).status === 200)
  const questions = Array.from({ length: 8 }, (_, index): Question => ({ content: `Question ${index}`, text: '' }))
  for (const question of questions) question.text = textOfWhole((await ask(url + chat, bodyOf(question, false))).body)

  const over = new AbortController()
  const end = performance.now() + minutes * 60_000
  const client = async () => {
    while (!over.signal.aborted) {
      const kind = oneOf(['unary', 'whole', 'whole', 'slow', 'leaving'] as const)
      await (kind === 'unary' ? askWhole(url, oneOf(questions)) : askStream(url, oneOf(questions), kind))
    }
  }
  let kills = 0
  const kill = async () => {
    while (!over.signal.aborted) {
      await pause(4_000)
      const engine = oneOf(engines)
      await engine.kill()
      kills += 1
      await pause(500)
      await engine.start()
    }
  }
  let turn = 0
  const reload = async () => {
    while (!over.signal.aborted) {
      await pause(3_000)
      turn += 1
      await writeFleet(turn)
    }
  }
  const memory = Object.entries(memoryMetrics).map(([name, metric]) => ({ name, metric, samples: [] as Sample[] }))
  const sample = async () => {
    while (!over.signal.aborted) {
      const minute = minutes - (end - performance.now()) / 60_000
      const text = await readMetrics(started)
      for (const { metric, samples } of memory) samples.push({ minute, value: valueOf(text, metric) / 1e6 })
      await pause(sampleMs)
    }
  }
  setTimeout(() => over.abort(), minutes * 60_000)
  await Promise.all([...Array.from({ length: clients }, client), kill(), reload(), sample()])

  await until('the last Fleet is in force', async () =>
    (await ask(`${url}/v1/models`)).body.toString().includes(`turn-${turn}`),
  )
  const { replicas } = loadReportSchema.parse(
    JSON.parse((await ask(`${gateway.adminUrl}/admin/v1/load`)).body.toString()),
  )
  const inFlight = replicas.reduce((sum, replica) => sum + replica.inFlight, 0)
  const reloads = valueOf(await readMetrics(gateway), 'fairlead_gateway_config_reload_total')
  for (const [kind, number] of [...ends].toSorted()) tell(`${kind}: ${number}`)
  tell(`engines killed: ${kills}, reloads: ${reloads}`)
  let steepest = 0
  for (const { name, samples } of memory) {
    const floors = floorsOf(samples)
    const [ofFloors, ofAll] = [slope(lastHalf(floors)), slope(lastHalf(samples))]
    // Resident memory goes up and down with the collector's mood, and is that of all threads: it is judged by thirds.
    if (name !== 'resident') steepest = Math.max(steepest, ofFloors)
    const shown = floors.map(({ value }) => value.toFixed(0)).join(' ')
    tell(`${name} memory: least of each eighth ${shown} MB`)
    tell(`  slope of the last half: ${ofFloors.toFixed(2)} MB a minute of these, ${ofAll.toFixed(2)} of all samples`)
  }
  const { middle, last } = growthOf(memory.find(({ name }) => name === 'resident')?.samples ?? [])
  const mostGrowth = residentSlackMb + middle * residentShare
  tell(`resident memory of all threads, lower quartiles: ${middle.toFixed(0)} MB in the middle third of the time,`)
  tell(
    `  ${last.toFixed(0)} MB in the last: ${(last - middle).toFixed(1)} MB more, at most ${mostGrowth.toFixed(1)} MB`,
  )
  tell(`in flight at the end: ${inFlight}`)
  tell(`lost: ${ends.get('LOST') ?? 0}`)
  for (const loss of losses) tell(`  ${loss}`)
  const isSteep = minutes >= 5 && steepest > steepestSlope
  const hasGrown = minutes >= 3 && !(last - middle <= mostGrowth)
  if (losses.length > 0 || inFlight !== 0 || isSteep || hasGrown) process.exitCode = 1
} finally {
  await gateway?.end('SIGKILL')
  await Promise.all(engines.map((engine) => engine.kill()))
  await rm(folder, { recursive: true, force: true })
}
