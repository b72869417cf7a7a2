import { formatPercent } from '../figures.ts'
import { linearScale } from './scale.ts'
import { drawing, element, line, words, type Markup } from './svg.ts'

/** A bar of a share, 0 to 1. */
export interface ShareRow {
  readonly name: string
  readonly share: number
  readonly isDefault: boolean
}

const width = 720
const rowHeight = 22
const top = 26

/** Shares as bars of 100 %; a dashed line at what is asked or possible. Longer is better. */
export function shareChart(
  title: string,
  rows: readonly ShareRow[],
  mark: { readonly at: number; readonly text: string } | null,
): Markup {
  const left = 24 + 7.2 * Math.max(...rows.map(({ name }) => name.length))
  const right = width - 60
  const scale = linearScale(1, left, right)
  const bottom = top + rows.length * rowHeight
  return drawing(
    title,
    width,
    bottom + 22,
    ...scale.ticks.flatMap((tick) => [
      line(scale.at(tick), top - 6, scale.at(tick), bottom, 'grid'),
      words(scale.at(tick), bottom + 14, `${Math.round(tick * 100)} %`, 'middle', 'tick'),
    ]),
    ...rows.flatMap(({ name, share, isDefault }, index) => {
      const y = top + index * rowHeight
      const size = { width: Math.max(1, scale.at(share) - left), height: rowHeight - 6 }
      return [
        words(left - 10, y + 12, name, 'end', isDefault ? 'name default' : 'name'),
        element('rect', { x: left, y, ...size, class: 'share' }),
      ]
    }),
    ...(mark === null
      ? []
      : [
          line(scale.at(mark.at), top - 12, scale.at(mark.at), bottom, 'slo'),
          words(scale.at(mark.at) - 4, top - 12, mark.text, 'end', 'tick'),
        ]),
    ...rows.map(({ share }, index) =>
      words(scale.at(share) + 5, top + index * rowHeight + 12, formatPercent(share), 'start', 'value'),
    ),
  )
}
