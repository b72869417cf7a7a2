import { exitCodes } from '../../errors/index.ts'
import { fleetReference, nearFields } from '../../fleet/index.ts'
import { explainField, targetPlaces, type TargetPlaces } from '../../operate/explain/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderField, renderSections } from '../explain/index.ts'
import { usageError } from '../parse/index.ts'

/** Widest that an explanation is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead explain`. */
export const explain: CommandHandler = async ({ args: [path] }, { output }) => {
  const surface = { columns: Math.min(output.columns(), widest), paint: output.paint }
  if (path === undefined) {
    const sections = fleetReference().filter((field) => !field.path.includes('.'))
    if (output.json) output.document(sections)
    else for (const line of renderSections(sections, surface)) output.line(line)
    return exitCodes.done
  }
  const field = explainField(path) ?? fieldOfFlag(path)
  if (field === undefined) {
    const near = nearFields(path)
    throw usageError({
      what: `The Fleet file has no field ${path}`,
      ...(near.length === 0 ? {} : { why: `Near it are:\n${near.join('\n')}` }),
      mend: near.length === 0 ? 'List the sections, and look into one:' : 'Did you mean the first of them?',
      command: near.length === 0 ? 'fairlead explain' : `fairlead explain ${near[0]?.replaceAll('[]', '') ?? ''}`,
    })
  }
  // A section has its fields’ places.
  const places: TargetPlaces = field.children.length > 0 ? new Map() : targetPlaces(field)
  const placed = {
    ...field,
    targets: field.targets.map((each) => Object.assign({}, each, { places: places.get(each.target) ?? [] })),
  }
  if (output.json) output.document(placed)
  else for (const line of renderField(placed, surface)) output.line(line)
  return exitCodes.done
}

/** The one field that becomes a flag of an engine, asked for by the flag’s name with or without its dashes. */
function fieldOfFlag(name: string): ReturnType<typeof explainField> {
  const flag = `--${name.replace(/^-+/, '').replaceAll('_', '-')}`
  const [near, ...others] = nearFields(name)
  if (near === undefined || others.length > 0) return undefined
  const field = explainField(near)
  return field?.engines.some(({ flags }) => flags.includes(flag)) === true ? field : undefined
}
