import type { SimulationResult } from '../../../simulate/index.ts'
import { drawing, element, line, words, type Markup } from './svg.ts'

const width = 720
const rowHeight = 46
const barRoom = 36
const top = 8
/** Replicas of which each still has a column of its own. */
const mostColumns = 128

/** The work of each replica, busiest first, a row of columns a policy; the line is the mean. Even is better. */
export function loadChart(title: string, results: readonly SimulationResult[]): Markup {
  const left = 24 + 7.2 * Math.max(...results.map(({ policy }) => policy.length))
  const right = width - 60
  const highest = Math.max(1, ...results.map(({ loadSpread }) => loadSpread))
  return drawing(
    title,
    width,
    top + results.length * rowHeight + 6,
    ...results.flatMap((result, index) => {
      const base = top + index * rowHeight + barRoom
      const work = result.work.toSorted((one, other) => other - one).slice(0, mostColumns)
      const mean = result.work.reduce((sum, one) => sum + one, 0) / Math.max(1, result.work.length)
      const step = (right - left) / Math.max(1, work.length)
      const up = (amount: number) => (mean === 0 ? 0 : (amount / mean / highest) * barRoom)
      return [
        words(left - 10, base - 8, result.policy, 'end', result.policy === 'default' ? 'name default' : 'name'),
        ...work.map((amount, place) =>
          element('rect', {
            x: left + place * step,
            y: base - up(amount),
            width: Math.max(0.5, step - Math.min(2, step / 4)),
            height: Math.max(0.5, up(amount)),
            class: 'load',
          }),
        ),
        line(left, base - up(mean), right, base - up(mean), 'mean'),
        words(right + 6, base - 8, `${result.loadSpread.toFixed(2)} ×`, 'start', 'value'),
      ]
    }),
  )
}
