import { scalingReasonText, type ExplainedScaling, type ScalingExplanation } from '../../operate/scaling/index.ts'
import { formatDuration } from '../console/index.ts'
import type { Paint } from '../output.ts'
import { leftText } from './left-texts.ts'
import { limitText, signalText } from './scaling-texts.ts'

/** What was decided of each pool, and why, as lines. */
export function renderScaling(explanation: ScalingExplanation, paint: Paint, nowMs: number): readonly string[] {
  const { pools, others, problem } = explanation
  return [
    ...pools.flatMap((pool, index) => [...(index === 0 ? [] : ['']), ...poolLines(pool, paint, nowMs)]),
    ...(problem === null ? [] : ['', paint.yellow(problem)]),
    ...(pools.length > 0 && others.length > 0 ? [''] : []),
    ...others.flatMap((pool) => leftLines(pool, explanation, paint)),
  ]
}

function leftLines(
  pool: ScalingExplanation['others'][number],
  explanation: ScalingExplanation,
  paint: Paint,
): readonly string[] {
  const { text, command } = leftText(pool, explanation)
  const line = `${paint.bold(titleOf(pool))} ${text}`
  return command === undefined ? [line] : [line, `  type  ${paint.cyan(command)}`]
}

const titleOf = ({ model, role }: { readonly model: string; readonly role: string }): string =>
  role === 'both' ? model : `${model} (${role})`

function poolLines(pool: ExplainedScaling, paint: Paint, nowMs: number): readonly string[] {
  const { decision, min, max, changes } = pool
  const { wanted, replicas, reason, asked, signals, limits, load, atMs } = decision
  const running = [
    `${replicas.ready} ready`,
    ...many(replicas.starting, 'starting'),
    ...many(replicas.draining, 'leaving'),
  ]
  const ago = (at: number) => `${formatDuration(Math.max(0, nowMs - at))} ago`
  const rows: (readonly [string, string])[] = [
    ['Wanted', `${wanted} of ${min} to ${max}: ${scalingReasonText(reason)}`],
    ['Running', running.join(', ')],
    ...(load === undefined ? [] : [['Seen', load === null ? 'nothing: no gateway answers' : loadText(load)] as const]),
    ...signals.map((signal, index) => [index === 0 ? 'Asked for' : '', signalText(signal)] as const),
    ...limits.map((limit, index) => [index === 0 ? `${asked} became ${wanted}` : '', limitText(limit, pool)] as const),
    ...changes
      .slice(-5)
      .toReversed()
      .map(
        ({ atMs: at, from, to, reason: why }, index) =>
          [index === 0 ? 'Changes' : '', `${ago(at)}: ${from} → ${to}, ${scalingReasonText(why)}`] as const,
      ),
  ]
  const width = Math.max(...rows.map(([term]) => term.length))
  return [
    `${paint.bold(titleOf(pool))}${paint.dim(`  decided ${ago(atMs)}`)}`,
    ...rows.map(([term, text]) => `  ${paint.dim(term.padEnd(width))}  ${text}`),
  ]
}

const many = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`])

function loadText(load: NonNullable<ExplainedScaling['decision']['load']>): string {
  const { waiting, inFlight, arrivalsPerSecond, ttftMs, kvCacheUse, isComplete } = load
  return [
    `${waiting} waiting`,
    `${inFlight} in flight`,
    ...(arrivalsPerSecond === null ? [] : [`${arrivalsPerSecond.toFixed(1)} requests/s`]),
    ...(ttftMs === null ? [] : [`TTFT ${formatDuration(ttftMs)}`]),
    ...(kvCacheUse === null ? [] : [`KV cache ${Math.round(kvCacheUse * 100)} %`]),
    ...(isComplete ? [] : ['a gateway did not answer']),
  ].join(', ')
}
