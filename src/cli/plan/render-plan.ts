import type { GroupPlan, NodeNeeds, Plan } from '../../plan/index.ts'
import { counted, formatEstimate, formatGiB, formatMoney } from './figures.ts'
import { modelLines } from './render-model.ts'
import type { PlanSurface } from './render-sizing.ts'
import { hanging, padded } from './text-lines.ts'

/** A plan for people: models, GPUs that are shared, machines, money, and what to look at before anything runs. */
export function renderPlan(plan: Plan, surface: PlanSurface): string[] {
  return [
    ...plan.models.flatMap((model) => modelLines(model, surface)),
    ...plan.groups.flatMap((group) => groupLines(group, surface)),
    ...machineLines(plan, surface),
    ...warningLines(plan, surface),
  ]
}

function groupLines({ name, gpu, gpus, total, totalReason, members, fits }: GroupPlan, surface: PlanSurface): string[] {
  const { paint, columns } = surface
  const width = Math.max('together'.length, ...members.map(({ model }) => model.length))
  const sum = members.reduce((added, { fraction }) => added + fraction, 0)
  const verdict = fits ? paint.green('fits') : paint.red('does not fit')
  return [
    `${paint.bold(`Group ${name}`)} on ${counted(gpus, 'GPU')} ${gpu}: ${verdict}`,
    ...members.flatMap(({ model, fraction, reason }) =>
      hanging(`  ${padded(model, width)}  ${fraction.toFixed(2)}  `, reason, columns),
    ),
    ...hanging(`  ${padded('together', width)}  ${sum.toFixed(2)}  `, `of ${total}, ${totalReason}`, columns),
    '',
  ]
}

function machineLines({ nodes, costPerHour }: Plan, { columns, paint, explain }: PlanSurface): string[] {
  if (nodes.length === 0) return []
  const money =
    costPerHour === undefined
      ? []
      : [
          ...hanging('  ', `GPUs cost ${moneyRange(costPerHour)} an hour`, columns),
          ...(explain ? hanging('    ', costPerHour.formula, columns).map(paint.dim) : []),
        ]
  return [
    paint.bold('Machines, at the most replicas'),
    ...nodes.flatMap((node) => [
      ...hanging('  ', nodeText(node), columns),
      ...networkLines(node, columns),
      ...(explain ? notesOf(node).flatMap((note) => hanging('    ', note, columns).map(paint.dim)) : []),
    ]),
    ...money,
    '',
  ]
}

function nodeText({
  kind,
  nodes,
  gpusPerNode,
  gpusAtMost,
  cpusPerNode,
  memoryBytesPerNode,
  diskBytesPerNode,
}: NodeNeeds) {
  const gpus = gpusPerNode === 0 ? '' : `${gpusPerNode} × ${kind}, `
  const disk = diskBytesPerNode === 0 ? '' : `, ${formatGiB(diskBytesPerNode)} of disk`
  const total = gpusAtMost === 0 ? '' : ` (${counted(gpusAtMost, 'GPU')} in use)`
  const what = gpusPerNode === 0 ? `for ${kind}s` : ''
  return `${counted(nodes, 'node')} ${what}with ${gpus}${counted(cpusPerNode, 'core')}, ${formatGiB(memoryBytesPerNode)} of memory${disk}${total}`.replace(
    'swith',
    's with',
  )
}

function networkLines({ network }: NodeNeeds, columns: number): string[] {
  return network.flatMap(({ what, gigabitsPerSecond }) =>
    hanging('    ', `network: ${formatEstimate(gigabitsPerSecond)} Gbit/s for ${what}`, columns),
  )
}

const notesOf = ({ formulas, network }: NodeNeeds) => [
  ...formulas,
  ...network.map(({ formula, what }) => `${what}: ${formula}`),
]

function moneyRange({ currency, min, max }: NonNullable<Plan['costPerHour']>): string {
  return min === max ? formatMoney(max, currency) : `${formatMoney(min, currency)} to ${formatMoney(max, currency)}`
}

const titles = { error: 'error', warning: 'warning', info: 'note' } as const

function warningLines({ warnings, models }: Plan, { columns, paint, explain }: PlanSurface): string[] {
  // Sizing’s notes are part of the explanation.
  const notes = new Set(
    models.flatMap(({ pools }) => pools.flatMap(({ sizing }) => sizing?.notes.map(({ id }) => id) ?? [])),
  )
  const shown = warnings.filter(({ severity, id }) => explain || severity !== 'info' || !notes.has(id))
  if (shown.length === 0) return []
  const colours = { error: paint.red, warning: paint.yellow, info: paint.dim }
  const lines: string[] = []
  for (const { severity, path, message, suggestion, source } of shown) {
    lines.push(...hanging(`${colours[severity](`${titles[severity]}:`)} `, `${path}: ${message}`, columns, '  '))
    if (suggestion !== undefined) lines.push(...hanging('  = help: ', suggestion, columns, '  '))
    if (explain && source !== undefined) lines.push(...hanging('  ', source, columns).map(paint.dim))
  }
  return [...lines, '']
}
