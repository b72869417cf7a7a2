import type { ScalingFigures } from '../../../simulate/index.ts'
import { linearScale } from './scale.ts'
import { drawing, element, line, words, type Markup } from './svg.ts'

const width = 720
const top = 24
const bottom = 220
const left = 48
const right = width - 20

/** Replicas over time as steps: those that serve, and those that hold GPUs. */
export function replicasChart(
  title: string,
  { timeline }: ScalingFigures,
  { seconds, fixed }: { readonly seconds: number; readonly fixed: number },
): Markup {
  const y = linearScale(fixed, bottom, top)
  const isHours = seconds > 7200
  const x = linearScale(isHours ? seconds / 3600 : seconds / 60, left, right)
  const at = (ms: number) => x.at(isHours ? ms / 3_600_000 : ms / 60_000)
  const path = (valueOf: (moment: ScalingFigures['timeline'][number]) => number) => {
    const steps = timeline.map(({ atMs }, index) => {
      const moment = timeline[index]
      const height = y.at(moment === undefined ? 0 : valueOf(moment)).toFixed(1)
      return index === 0 ? `M${at(atMs).toFixed(1)} ${height}` : `H${at(atMs).toFixed(1)}V${height}`
    })
    return `${steps.join('')}H${at(seconds * 1000).toFixed(1)}`
  }
  return drawing(
    title,
    width,
    bottom + 62,
    ...y.ticks.flatMap((tick) => [
      line(left, y.at(tick), right, y.at(tick), 'grid'),
      words(left - 8, y.at(tick) + 4, String(tick), 'end', 'tick'),
    ]),
    ...x.ticks.map((tick) => words(x.at(tick), bottom + 17, String(tick), 'middle', 'tick')),
    words((left + right) / 2, bottom + 34, isHours ? 'hours' : 'minutes', 'middle', 'tick'),
    line(left, y.at(fixed), right, y.at(fixed), 'slo'),
    element('path', { class: 'series c1', d: path(({ ready, others }) => ready + others) }),
    element('path', { class: 'series c0', d: path(({ ready }) => ready) }),
    words(
      left,
      bottom + 54,
      'blue: serve · orange: hold GPUs, those included that start or leave · dashed: the most',
      'start',
      'tick',
    ),
  )
}
