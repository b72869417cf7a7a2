import type { FlowLimits } from '../../simulate/index.ts'
import { renderTerms } from '../help/index.ts'
import { grouped, money } from '../size/index.ts'
import { formatMs, formatSlo } from './figures.ts'
import type { Setting } from './setting.ts'
import type { Surface } from './surface.ts'

/** How many replicas there are, and what they do. */
function describeReplicas({ simulation }: Setting): string {
  const { replicas, prefillReplicas, transferBitsPerSecond } = simulation
  if (prefillReplicas === 0) return `${grouped(replicas)}, each ${simulation.engine.title}`
  const decode = replicas - prefillReplicas
  const { engine, prefillEngine = engine } = simulation
  const each =
    prefillEngine.title === engine.title
      ? `${prefillReplicas} that prefill and ${decode} that decode, each ${engine.title}`
      : `${prefillReplicas} that prefill, each ${prefillEngine.title}, and ${decode} that decode, each ${engine.title}`
  return `${each}; ${Number((transferBitsPerSecond / 1e9).toPrecision(3))} Gbit/s between them`
}

/** How many a replica gets, and how many wait. */
function describeFlow({ maxInFlight, maxQueue, maxWaitMs, saturation = false }: FlowLimits): string {
  const most = maxInFlight === Infinity ? 'any number of' : grouped(maxInFlight)
  const until = saturation ? ', one while its engine says that it has too much to do' : ''
  return `each replica gets ${most} requests at once${until}; ${grouped(maxQueue)} more wait, ${formatMs(maxWaitMs)} at the most`
}

/** How many gateways there are, and what they know of each other. */
function describeGateways(gateways: number, loadReportsMs: number | undefined): string {
  const known = loadReportsMs === undefined ? 'nothing' : `what engines tell each ${formatMs(loadReportsMs)}`
  return `${grouped(gateways)}, which know ${known} of each other’s requests`
}

function replicaTerms(setting: Setting): readonly (readonly [string, string])[] {
  const {
    engine,
    prefillEngine = engine,
    replicas,
    prefillReplicas,
    flow,
    gateways,
    loadReportsMs,
    sessions,
  } = setting.simulation
  const price = engine.pricePerHour * (replicas - prefillReplicas) + prefillEngine.pricePerHour * prefillReplicas
  return [
    ['Replicas', describeReplicas(setting)],
    ['', `(${setting.from})`],
    ['Each holds', `${grouped(engine.kvCapacityTokens)} tokens of KV cache`],
    ...(gateways === undefined ? [] : ([['Gateways', describeGateways(gateways, loadReportsMs)]] as const)),
    ...(flow === undefined ? [] : ([['Queue', describeFlow(flow)]] as const)),
    ...(sessions?.isKept === true
      ? ([['Sessions', `stay with their replica for ${formatMs(sessions.timeMs)}`]] as const)
      : []),
    ...(price === 0 ? [] : ([['Price', `${money(price, setting.currency)} an hour for all`]] as const)),
  ]
}

/** What was simulated, as terms. */
export function settingTerms(setting: Setting): readonly (readonly [string, string])[] {
  const { simulation, load, loadSource, remarks } = setting
  const { workload, rate, seed, slo } = simulation
  const { requests } = workload
  const prompt = requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0)
  const answer = requests.reduce((sum, { outputTokens }) => sum + outputTokens, 0)
  const mean = (tokens: number) => grouped(tokens / Math.max(1, requests.length))
  return [
    ['Load', loadSource === null ? load : `${workload.name}: ${load}`],
    ...(loadSource === null ? [] : ([['', `(${loadSource})`]] as const)),
    [
      'Requests',
      `${grouped(requests.length)}, prompts of ${mean(prompt)} tokens and answers of ${mean(answer)} on average${rate === 1 ? '' : `, ${rate} times as fast`}`,
    ],
    ...(workload.concurrency === undefined
      ? []
      : ([['', `${grouped(workload.concurrency)} under way at once at the most`]] as const)),
    ...(setting.isSearched ? [] : replicaTerms(setting)),
    ['SLO', formatSlo(slo, setting.share)],
    ['Seed', String(seed)],
    ...remarks.map((remark) => ['Note', remark] as const),
  ]
}

/** The setting as lines. */
export function settingLines(setting: Setting, { columns, paint }: Surface): readonly string[] {
  return [paint.bold('SETTING'), ...renderTerms(settingTerms(setting), columns, paint.dim)]
}
