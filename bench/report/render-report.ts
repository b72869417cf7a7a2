import type { JudgedBar } from '../judge/bars.ts'
import type { Comparison } from '../judge/compare.ts'
import type { Span } from '../judge/statistics.ts'
import { foreignShare, isQuiet, type Result, type Row } from '../judge/summarise.ts'
import { targetNames } from '../targets/contract.ts'
import { renderTable } from './render-table.ts'

const { nginx, bareNode, fairlead } = targetNames

/** Everything that a run tells on the terminal. */
export function renderReport(result: Result, bars: readonly JudgedBar[], comparison: Comparison | undefined): string {
  return [
    '',
    renderMachine(result),
    '',
    renderFigures(result.rows),
    '',
    renderBars(bars, isQuiet(foreignShare(result))),
    '',
    renderComparison(comparison),
    '',
    renderFaults(result.faults),
  ].join('\n')
}

function renderMachine(result: Result): string {
  const { machine, versions, mode, foreign, date } = result
  return [
    `${date}, ${mode}: ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}; ${versionsOf(versions)}`,
    `Other work took ${others(foreign.gateway)} of the gateways' core and ${others(foreign.load)} of the load's.`,
    ...(isQuiet(foreignShare(result)) ? [] : ['The machine was busy: read ratios as an order, latencies not at all.']),
  ].join('\n')
}

const percent = (share: number) => `${Math.round(share * 100)} %`

const others = ({ median, high }: Span) => `${percent(median)} (at most ${percent(high)})`

const versionsOf = (versions: Readonly<Record<string, string>>) =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')

function renderFigures(rows: readonly Row[]): string {
  const header = ['scenario', 'figure', nginx, bareNode, fairlead, `× ${nginx}`, `× ${bareNode}`]
  let last = ''
  const lines = rows.map((row) => {
    const isNew = row.scenario !== last
    last = row.scenario
    return [
      isNew ? row.scenario : '',
      `${row.title}, ${row.unit}`,
      ...[nginx, bareNode, fairlead].map((target) => renderSpan(row.values[target])),
      ...[nginx, bareNode].map((target) => renderSpan(row.ratios[target])),
    ]
  })
  return renderTable(header, lines)
}

function renderBars(bars: readonly JudgedBar[], isProven: boolean): string {
  const lines = bars.map(({ title, atMost, found, isAim, isHeld }) => [
    `${isHeld ? 'held' : 'NOT HELD'}${isProven ? '' : ', unproven'}`,
    isAim ? 'aim' : 'bar',
    title,
    `≤ ${renderNumber(atMost)}`,
    renderSpan(found),
  ])
  return renderTable(['', '', 'promise', 'limit', 'found'], lines)
}

function renderComparison(comparison: Comparison | undefined): string {
  if (comparison === undefined) return 'No earlier undisturbed result of this mode on this machine to compare with.'
  const { date, version, changes, same } = comparison
  const head = `Compared with ${date} (version ${version}): ${same} figures the same within their ranges`
  if (changes.length === 0) return `${head}, none worse, none better.`
  const lines = changes.map(({ verdict, name, before, now }) => [
    verdict === 'worse' ? 'WORSE' : 'better',
    name,
    renderSpan(before),
    renderSpan(now),
  ])
  return `${head}.\n${renderTable(['', 'figure', 'before', 'now'], lines)}`
}

function renderFaults(faults: readonly string[]): string {
  if (faults.length === 0) return 'No errors, no event lost.'
  return ['FAULTS', ...faults.map((fault) => `  ${fault}`)].join('\n')
}

/** Three digits, the range in parentheses. */
export function renderSpan(span: Span | undefined): string {
  if (span === undefined) return '-'
  const { median, low, high } = span
  if (renderNumber(low) === renderNumber(high)) return renderNumber(median)
  return `${renderNumber(median)} (${renderNumber(low)} to ${renderNumber(high)})`
}

/** As many decimals as three digits ask for. */
function renderNumber(value: number): string {
  const size = Math.abs(value)
  return value.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 })
}
