import type { FieldChange, PlannedAction } from '../../operate/index.ts'
import type { Paint } from '../output.ts'
import { counted } from './figures.ts'
import { hanging } from './text-lines.ts'

/** How the steps of `apply` are shown. */
export interface ChangeSurface {
  readonly columns: number
  readonly paint: Paint
  /** The Fleet file, as people know it. */
  readonly file: string
}

/** Longest that a value is shown. */
const longestValue = 80

function valueText(value: unknown): string {
  if (value === undefined) return '(none)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll('\n', '⏎')
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line
}

function fieldLine({ path, before, after, cause, manager }: FieldChange, { paint, file }: ChangeSurface): string {
  const by = cause === undefined ? '' : paint.dim(`  ${file}:${cause.line}:${cause.column} ${cause.path}`)
  const owner = manager === undefined ? '' : paint.yellow(`  of ${manager}`)
  return `      ${path}: ${paint.red(valueText(before))} → ${paint.green(valueText(after))}${owner}${by}`
}

function paintVerb({ verb, blocks }: PlannedAction, paint: Paint): string {
  if (blocks === true || verb === 'conflict') return paint.red(verb)
  if (verb === 'prune' || verb === 'stop') return paint.red(verb)
  if (verb === 'create' || verb === 'start') return paint.green(verb)
  return verb === 'keep' ? verb : paint.yellow(verb)
}

/** What `apply` would do on a target, step by step and field by field; what stays as it is is counted. */
export function renderChanges(actions: readonly PlannedAction[], surface: ChangeSurface): readonly string[] {
  const { paint, columns } = surface
  const { bold, dim } = paint
  const lines: string[] = []
  for (const action of actions) {
    const { verb, subject, detail, fields = [], restartsPods, blocks } = action
    if (verb === 'keep') continue
    const notes: string[] = []
    if (restartsPods === true) notes.push('replaces its pods')
    if (blocks === true) notes.push('apply stops because of it')
    lines.push(`  ${bold(paintVerb(action, paint))} ${subject}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`)
    if (detail !== '') lines.push(...hanging('    ', detail, columns).map(dim))
    lines.push(...fields.map((field) => fieldLine(field, surface)))
  }
  return [...lines, `  ${summary(actions)}`]
}

function summary(actions: readonly PlannedAction[]): string {
  const counts = new Map<string, number>()
  for (const { verb } of actions) counts.set(verb, (counts.get(verb) ?? 0) + 1)
  const kept = counts.get('keep') ?? 0
  counts.delete('keep')
  const unchanged = kept === 0 ? [] : [`${kept} as it is`]
  if (counts.size === 0)
    return kept === 0 ? 'Nothing to do.' : `Nothing to do: ${counted(kept, 'part')} as the Fleet says.`
  return `${[...[...counts].map(([verb, count]) => `${count} × ${verb}`), ...unchanged].join(', ')}`
}
