import type { ModelPlan, PoolPlan } from '../../plan/index.ts'
import { counted, formatCount } from './figures.ts'
import { sizingLines, verdictOf, type PlanSurface } from './render-sizing.ts'
import { commandLines, hanging, padded } from './text-lines.ts'

/** Settings in the order in which people look for them; others follow. */
const settingOrder = [
  'hardware.gpu',
  'hardware.gpus',
  'hardware.memoryFraction',
  'parallelism.tensor',
  'parallelism.pipeline',
  'parallelism.data',
  'parallelism.expert',
  'context',
  'maxSequences',
  'maxBatchedTokens',
  'quantization',
]
/** Widest value beside which its reason still has room. */
const widestValue = 24

/** A model of a plan: what it is, whether it fits, its settings with their reasons, its size and its command. */
export function modelLines(model: ModelPlan, surface: PlanSurface): string[] {
  const { bold, dim } = surface.paint
  const isElsewhere = model.engine === 'external'
  const shape = model.geometry === undefined || isElsewhere ? '' : ` · ${model.geometry.name}`
  const title = `${bold(model.name)}${dim(shape)}`
  return [title, ...model.pools.flatMap((pool) => poolLines(model, pool, surface))]
}

function poolLines(model: ModelPlan, pool: PoolPlan, surface: PlanSurface): string[] {
  const { paint, columns } = surface
  const { min, max } = pool.replicas
  const count = min === max ? counted(max, 'replica') : `${formatCount(min)} to ${counted(max, 'replica')}`
  const on = pool.gpu === undefined ? '' : `, each on ${pool.gpus} × ${pool.gpu.title}`
  const role = pool.role === 'both' ? '' : `${pool.role}: `
  const verdict = verdictOf(pool)
  const fits = pool.sizing?.fits ?? true
  return [
    ...hanging(
      '  ',
      `${role}${count} ${model.engine === 'external' ? 'elsewhere' : `of ${model.engine}`}${on}`,
      columns,
    ),
    ...(verdict === undefined ? [] : hanging('  ', verdict, columns).map(fits ? paint.green : paint.red)),
    ...waysOutLines(pool, surface),
    ...withBlank(settingLines(pool, surface)),
    ...withBlank(sizingLines(pool, surface)),
    ...(pool.command === undefined ? [] : ['', '  Command', ...commandLines(pool.command, '    ')]),
    '',
  ]
}

const withBlank = (lines: readonly string[]) => (lines.length === 0 ? [] : ['', ...lines])

function settingLines({ decisions }: PoolPlan, { columns, paint }: PlanSurface): string[] {
  if (decisions.length === 0) return []
  const sorted = decisions.toSorted((one, other) => place(one.field) - place(other.field))
  const fieldWidth = Math.max('SETTING'.length, ...sorted.map(({ field }) => field.length))
  const valueWidth = Math.max(
    'VALUE'.length,
    ...sorted.map(({ text }) => text.length).filter((length) => length <= widestValue),
  )
  const row = (field: string, value: string, why: string) =>
    hanging(`  ${padded(field, fieldWidth)}  ${padded(value, valueWidth)}  `, why, columns)
  return [
    ...row('SETTING', 'VALUE', 'WHY').map(paint.dim),
    // A long value has a line of its own.
    ...sorted.flatMap(({ field, text, reason }) =>
      text.length <= valueWidth
        ? row(field, text, reason)
        : [`  ${padded(field, fieldWidth)}  ${text}`].concat(row('', '', reason)),
    ),
  ]
}

function waysOutLines({ waysOut, sizing }: PoolPlan, { columns, paint }: PlanSurface): string[] {
  if (sizing === undefined || sizing.fits) return []
  if (waysOut.length === 0) return hanging('  ', 'No change was found with which it fits.', columns)
  return [
    '  Ways out, each tried:',
    ...waysOut.flatMap(({ change, sizing: tried, fleetEdit }) => {
      const figures = `${formatCount(tried.kvCapacityTokens)} tokens of KV cache, ${Number(tried.maxConcurrency.toFixed(1))} sequences of ${formatCount(tried.resolved.context)}`
      const edit = Object.entries(fleetEdit).map(([field, value]) => `${field}: ${value}`)
      return [
        ...hanging('    - ', `${change}: ${figures}`, columns),
        ...(edit.length === 0 ? [] : hanging('      ', `write ${edit.join(', ')}`, columns).map(paint.cyan)),
      ]
    }),
  ]
}

const place = (field: string) => (settingOrder.includes(field) ? settingOrder.indexOf(field) : settingOrder.length)
