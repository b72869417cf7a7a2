import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimulated, type SimulatedServer } from '../src/engine-servers/serving/testing/index.ts'
import { factsFor } from '../src/engines/index.ts'
import { startGatewayProcess, type GatewayProcess } from '../src/gateway/testing/gateway-process.ts'
import { alertRules, dashboards, recordingRules, type GrafanaDashboard, type RuleGroup } from '../src/observe/index.ts'
import { gpuMetrics } from '../src/observe/queries/gpu-metrics.ts'
import { isInstalled, prometheusMissing } from '../src/observe/testing/installed.ts'
import { filledIn } from '../src/observe/testing/promql-names.ts'
import { startPrometheus, type RunningPrometheus } from './harness/prometheus.ts'
import { startStandInExporter, type StandInExporter } from './harness/stand-in-exporter.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'

/** Long enough for two scrapes a second apart on a busy machine. */
const window = '30s'

const fleet = 'watched'
/** As they are, but that alerts fire at once: `promtool` has judged how long they wait. */
const impatient = ({ name, rules }: RuleGroup): RuleGroup => ({
  name,
  rules: rules.map((rule) => ('alert' in rule ? Object.assign({}, rule, { for: '0s' }) : rule)),
})
const rules = [...recordingRules({ fleet }), ...alertRules({ fleet }).map(impatient)]
let engines: SimulatedServer[] = []
let standIns: StandInExporter[] = []
let gateway: GatewayProcess
let prometheus: RunningPrometheus
let folder: string
const ended = new AbortController()
let load: Promise<unknown>

const fleetFile = (addresses: Readonly<Record<string, readonly string[]>>): object => ({
  name: fleet,
  gateway: {
    bodyLimit: '64Ki',
    health: { interval: '200ms' },
    retry: { statuses: [500, 503], hedgeAfter: '150ms', budget: { share: 0, perSecond: 0.2 } },
    ejection: { failures: 3, time: '1s' },
  },
  flow: { maxQueue: 2 },
  models: [
    { name: 'chat', engine: 'external', addresses: addresses['chat'], maxInFlight: 2, routing: { policy: 'prefix' } },
    { name: 'gone', engine: 'external', addresses: addresses['gone'], routing: { fallbackModels: ['chat'] } },
    { name: 'lost', engine: 'external', addresses: addresses['gone'] },
    {
      name: 'split',
      engine: 'external',
      prefill: { addresses: addresses['prefill'] },
      decode: { addresses: addresses['decode'] },
      routing: { disaggregation: { minPromptTokens: 1 } },
    },
  ],
})

/** Asks again and again until the test is over, and reads whatever comes. */
async function keepAsking(url: string, body: () => object): Promise<void> {
  const { signal } = ended
  while (!signal.aborted) {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, signal }
    await fetch(`${url}/v1/chat/completions`, { ...init, body: JSON.stringify(body()) })
      .then((answer) => answer.text())
      .catch(() => undefined)
  }
}

const words = (count: number, word: string) => Array.from({ length: count }, () => word).join(' ')
const named = (name: string) => ({ modelNames: [name] })
const url = ({ port }: SimulatedServer) => `http://127.0.0.1:${port}`

let turn = 0
const ask =
  (model: string, more: object = {}) =>
  () => {
    turn += 1
    const content = `${words(60, `topic ${turn % 5}`)} ${turn}`
    return { model, stream: turn % 3 !== 0, max_tokens: 12, messages: [{ role: 'user', content }], ...more }
  }

beforeAll(async () => {
  if (!isInstalled('prometheus')) return
  const [first, second, prefill, decode] = await Promise.all([
    startSimulated({ ttft: 20, tokensPerSecond: 200, maxSequences: 2, kvCapacityTokens: 4096 }, named('chat')),
    startSimulated({ ttft: 20, tokensPerSecond: 200, failEvery: 5 }, named('chat')),
    startSimulated({ kvConnector: 'nixl', failEvery: 4 }, named('split')),
    startSimulated({ kvConnector: 'nixl' }, named('split')),
  ])
  engines = [first, second, prefill, decode]
  folder = await mkdtemp(join(tmpdir(), 'fairlead-watched-'))
  const file = join(folder, 'fleet.yaml')
  const nobody = `http://127.0.0.1:${await freePort()}`
  const addresses = { chat: [url(first), url(second)], gone: [nobody], prefill: [url(prefill)], decode: [url(decode)] }
  await writeFile(file, JSON.stringify(fleetFile(addresses)))
  gateway = await startGatewayProcess(file)
  // GPUs, SGLang and llama.cpp cannot all be had here: figures without meaning under their names, kinds and labels.
  standIns = await Promise.all([
    startStandInExporter([...factsFor('sglang').metrics, ...factsFor('llamacpp').metrics], { model_name: 'other' }),
    startStandInExporter(gpuMetrics, { gpu: '0', UUID: 'GPU-aa', Hostname: 'node-1', uuid: 'aa', xid: '31' }),
  ])
  const targets = {
    gateway: [`127.0.0.1:${gateway.adminPort}`],
    engines: engines.map(({ port }) => `127.0.0.1:${port}`),
  }
  prometheus = await startPrometheus({ ...targets, others: standIns.map(({ address }) => address) }, rules)
  load = Promise.all([
    ...Array.from({ length: 7 }, () => keepAsking(gateway.url, ask('chat'))),
    ...Array.from({ length: 2 }, () => keepAsking(gateway.url, ask('split'))),
    keepAsking(gateway.url, ask('gone')),
    keepAsking(gateway.url, ask('lost')),
    keepAsking(gateway.url, ask('chat', { filler: 'x'.repeat(70_000) })),
  ])
})

afterAll(async () => {
  ended.abort()
  await load
  await prometheus?.close()
  await gateway?.end()
  for (const standIn of standIns) standIn.close()
  await Promise.all(engines.map((engine) => engine.close()))
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

beforeEach((context) => {
  if (!isInstalled('prometheus')) context.skip(prometheusMissing)
})

const targetsOf = ({ panels, title }: GrafanaDashboard): (readonly [name: string, expression: string])[] =>
  panels.flatMap((panel) =>
    panel.type === 'row'
      ? []
      : panel.targets.map(({ refId, expr }) => [`${title} / ${panel.title} / ${refId}`, expr] as const),
  )

describe('a real Prometheus', () => {
  // proves E2 (real part)
  it('finds data for every query of every dashboard', { timeout: 240_000 }, async () => {
    const open = new Map(dashboards().flatMap(targetsOf))
    expect(open.size).toBeGreaterThan(100)
    await until(
      async () => {
        for (const [name, expression] of open) {
          const samples = await prometheus.query(filledIn(expression, window))
          if (samples.some(({ value }) => value[1] !== 'NaN')) open.delete(name)
        }
        return open.size === 0
      },
      () => `these find data:\n${[...open].map((target) => target.join(': ')).join('\n')}`,
      180_000,
    )
  })

  // proves E2 (real part)
  it('fills every drop-down with values', { timeout: 60_000 }, async () => {
    for (const { templating } of dashboards())
      for (const { name, definition } of templating.list) {
        if (typeof definition !== 'string') continue
        const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? []
        const values = await prometheus.labelValues(label, filledIn(selector))
        expect({ name, values: values.length > 0 }).toEqual({ name, values: true })
        const models = name === 'model' ? ['chat', 'gone', 'lost', 'split'] : values
        expect(values).toEqual(models)
      }
  })

  // proves E3 (real part)
  it('evaluates every rule, and fires for what is really wrong', { timeout: 240_000 }, async () => {
    const found = await until(
      async () => {
        const evaluated = await prometheus.rules()
        const isDone = evaluated.every(({ health }) => health !== 'unknown')
        return isDone && evaluated.some(({ name, state }) => name === 'FairleadNoReadyReplica' && state === 'firing')
          ? evaluated
          : undefined
      },
      () => 'every rule is evaluated, and an alert fires for models without a replica',
      120_000,
    )
    expect(found.filter(({ health }) => health !== 'ok')).toEqual([])
    expect(found).toHaveLength(rules.flatMap((group) => group.rules).length)
    const without = found.find(({ name }) => name === 'FairleadNoReadyReplica')?.alerts ?? []
    expect(without.map(({ labels }) => labels['model']).toSorted()).toEqual(['gone', 'lost'])
    expect(found.find(({ name }) => name === 'FairleadGatewayDown')?.state).toBe('inactive')
  })
})
