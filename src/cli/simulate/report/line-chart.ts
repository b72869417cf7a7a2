import { linearScale, scaleFor } from './scale.ts'
import { drawing, element, line, words, type Markup } from './svg.ts'

/** A line of a chart. */
export interface Series {
  readonly name: string
  /** A value for each place; null for none. */
  readonly values: readonly (number | null)[]
}

/** What a chart shows. */
export interface LineChart {
  readonly title: string
  /** Under the places. */
  readonly axis: string
  readonly places: readonly (number | string)[]
  readonly series: readonly Series[]
  /** A level that is asked for, such as the share of an SLO. */
  readonly level: number | null
  /** Fixed for shares; by the values else. */
  readonly largest?: number
  format(value: number): string
}

const width = 720
const top = 24
const bottom = 250
const left = 64
const right = width - 20
/** Series beyond these colours repeat them in dashes. */
const colours = 8

/** Lines over numbers, or over names side by side. */
export function lineChart(chart: LineChart): Markup {
  const { places, series, level, format } = chart
  const all = series.flatMap(({ values }) => values.filter((value) => value !== null))
  const levels = level === null || !Number.isFinite(level) ? [] : [level]
  const y =
    chart.largest === undefined ? scaleFor([...all, ...levels], bottom, top) : linearScale(chart.largest, bottom, top)
  const numbers = places.filter((place) => typeof place === 'number')
  const isNumeric = numbers.length === places.length
  const across = linearScale(Math.max(...numbers, 0), left + 14, right - 14)
  const x = (index: number) =>
    isNumeric ? across.at(numbers[index] ?? 0) : left + ((index + 0.5) / places.length) * (right - left)
  const marks = isNumeric
    ? across.ticks.map((tick) => [across.at(tick), String(tick)] as const)
    : places.map((place, index) => [x(index), String(place)] as const)
  const isCrowded = !isNumeric && places.length > 8
  return drawing(
    chart.title,
    width,
    (isCrowded ? bottom + 90 : bottom + 42) + legendHeight(series.length),
    ...y.ticks.flatMap((tick) => [
      line(left, y.at(tick), right, y.at(tick), 'grid'),
      words(left - 8, y.at(tick) + 4, format(tick), 'end', 'tick'),
    ]),
    ...marks.map(([at, text]) => (isCrowded ? slanted(at, text) : words(at, bottom + 17, text, 'middle', 'tick'))),
    words((left + right) / 2, isCrowded ? bottom + 84 : bottom + 36, chart.axis, 'middle', 'tick'),
    ...levels.map((value) => line(left, y.at(value), right, y.at(value), 'slo')),
    ...series.flatMap((one, index) => drawSeries(one, index, { x, y: (value) => y.at(value), isLine: isNumeric })),
    ...series.flatMap((one, index) => legendEntry(one, index, isCrowded ? bottom + 108 : bottom + 60)),
  )
}

const slanted = (x: number, text: string): Markup =>
  element(
    'text',
    { x, y: bottom + 14, 'text-anchor': 'end', class: 'tick', transform: `rotate(-40 ${x.toFixed(1)} ${bottom + 14})` },
    text,
  )

/** The policy of the gateway stands out. */
const styleOf = ({ name }: Series, index: number) =>
  `series c${index % colours}${index >= colours ? ' dashed' : ''}${name === 'default' ? ' chosen' : ''}`

/** A line with a dot a place; between names, which have no order, dots alone. */
function drawSeries(
  series: Series,
  index: number,
  at: { x(place: number): number; y(value: number): number; readonly isLine: boolean },
): readonly Markup[] {
  const points = series.values.flatMap((value, place) => (value === null ? [] : [[at.x(place), at.y(value)] as const]))
  const path = points.map(([across, up]) => `${across.toFixed(1)},${up.toFixed(1)}`).join(' ')
  const dot = (cx: number, cy: number) =>
    element(
      'circle',
      { cx, cy, r: at.isLine ? 2.6 : 4.5, class: `dot c${index % colours}` },
      element('title', {}, series.name),
    )
  return [
    ...(at.isLine
      ? [element('polyline', { points: path, class: styleOf(series, index) }, element('title', {}, series.name))]
      : []),
    ...points.map(([cx, cy]) => dot(cx, cy)),
  ]
}

const perRow = 4
const legendHeight = (count: number) => Math.ceil(count / perRow) * 18

function legendEntry(series: Series, index: number, y: number): readonly Markup[] {
  const x = left + (index % perRow) * ((right - left) / perRow)
  const at = y + Math.floor(index / perRow) * 18 - 8
  return [line(x, at - 4, x + 18, at - 4, styleOf(series, index)), words(x + 24, at, series.name, 'start', 'tick')]
}
