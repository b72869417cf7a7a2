import type { Percentiles } from '../../../simulate/index.ts'
import { formatMs } from '../figures.ts'
import { scaleFor } from './scale.ts'
import { drawing, element, line, words, type Markup } from './svg.ts'

/** A row of a chart of times. */
export interface PercentileRow {
  readonly name: string
  readonly values: Percentiles
  readonly isDefault: boolean
}

const width = 720
const barHeight = 9
const rowHeight = 3 * barHeight + 14
const top = 30

/** Three bars a row: p50, p90 and p99; a dashed line where the SLO ends. Shorter is better. */
export function percentileChart(title: string, rows: readonly PercentileRow[], sloMs: number): Markup {
  const left = 24 + 7.2 * Math.max(...rows.map(({ name }) => name.length))
  const right = width - 70
  const bottom = top + rows.length * rowHeight
  const hasSlo = Number.isFinite(sloMs)
  const scale = scaleFor(
    [...rows.flatMap(({ values }) => Object.values(values)), ...(hasSlo ? [sloMs] : [])],
    left,
    right,
  )
  const grid = scale.ticks.flatMap((tick) => [
    line(scale.at(tick), top - 6, scale.at(tick), bottom, 'grid'),
    words(scale.at(tick), bottom + 16, formatMs(tick), 'middle', 'tick'),
  ])
  const cells = rows.flatMap(({ values }, index) =>
    (['p50', 'p90', 'p99'] as const).map((key, place) => ({
      key,
      text: formatMs(values[key]),
      end: Math.max(left + 1, scale.at(values[key])),
      y: top + index * rowHeight + place * barHeight,
    })),
  )
  const names = rows.map(({ name, isDefault }, index) => {
    const y = top + index * rowHeight + 1.5 * barHeight + 4
    return words(left - 10, y, name, 'end', isDefault ? 'name default' : 'name')
  })
  const bars = cells.map(({ key, end, y }) =>
    element('rect', { x: left, y, width: end - left, height: barHeight - 1, class: key }),
  )
  const figures = cells.map(({ text, end, y }) => words(end + 5, y + barHeight - 1.5, text, 'start', 'value'))
  const slo = hasSlo
    ? [
        line(scale.at(sloMs), top - 12, scale.at(sloMs), bottom, 'slo'),
        words(scale.at(sloMs) + 4, top - 12, `SLO ${formatMs(sloMs)}`, 'start', 'tick'),
      ]
    : []
  return drawing(title, width, bottom + 26, ...grid, ...names, ...bars, ...slo, ...figures)
}
