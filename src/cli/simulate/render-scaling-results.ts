import type { SimulationResult } from '../../simulate/index.ts'
import { fitColumns, type Column } from '../console/index.ts'
import { wrap } from '../help/index.ts'
import { formatMs, formatPercent } from './figures.ts'
import type { Surface } from './surface.ts'

/** A run with replicas that follow the load, or with a fixed number of them. */
export interface ScalingRun {
  /** `scaled`, or the number. */
  readonly name: string
  readonly result: SimulationResult
  readonly gpuHours: number
}

const right = (title: string): Column => ({ title, align: 'right' })
const columns: readonly Column[] = [
  { title: 'REPLICAS' },
  right('GPU-HOURS'),
  right('MEAN'),
  right('MOST'),
  right('GOODPUT'),
  right('TTFT P50'),
  right('TTFT P90'),
  right('TTFT P99'),
  right('TPOT P99'),
]
/** Cells of the drawing of replicas over time. */
const cells = 64
const levels = ' ▁▂▃▄▅▆▇█'

/** Scaled beside fixed, replicas over time, and why they changed. */
export function renderScalingRuns(runs: readonly ScalingRun[], replicas: number, surface: Surface): readonly string[] {
  const { paint } = surface
  const rows = runs.map(({ name, result, gpuHours }) => {
    const { scaling, goodput, ttftMs, tpotMs } = result
    return [
      paint.bold(name),
      gpuHours.toFixed(1),
      (scaling?.meanReplicas ?? Number(name)).toFixed(1),
      String(scaling?.mostReplicas ?? name),
      formatPercent(goodput),
      ...[ttftMs.p50, ttftMs.p90, ttftMs.p99, tpotMs.p99].map(formatMs),
    ]
  })
  const scaling = runs.find(({ result }) => result.scaling !== null)?.result
  return [
    ...fitColumns(columns, rows, ['TTFT P50', 'MOST'], surface.tableColumns),
    ...(scaling === undefined ? [] : ['', ...timeLines(scaling, replicas, surface)]),
    '',
    ...wrap(
      'GPU-HOURS: GPUs that replicas held, those included that start or finish what they have.',
      surface.columns,
    ).map((text) => paint.dim(text)),
  ]
}

function timeLines(
  { scaling, simulatedSeconds }: SimulationResult,
  most: number,
  { paint }: Surface,
): readonly string[] {
  if (scaling === null) return []
  const { timeline, changes } = scaling
  const at = (ms: number) => timeline.findLast(({ atMs }) => atMs <= ms)?.ready ?? 0
  const drawn = Array.from({ length: cells }, (_, index) => {
    const ready = at(((index + 0.5) / cells) * simulatedSeconds * 1000)
    return levels[Math.ceil((ready / Math.max(1, most)) * (levels.length - 1))] ?? ' '
  })
  const told = Object.entries(changes).map(([reason, count]) => `${reason} ${count}`)
  return [
    `${paint.bold('Replicas')}  ${drawn.join('')}  0 to ${most}, over ${formatMs(simulatedSeconds * 1000)}`,
    `${paint.bold('Changes')}   ${told.join(', ') || 'none'}`,
  ]
}
