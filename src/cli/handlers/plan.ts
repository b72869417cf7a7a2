import { relative } from 'node:path'
import { exitCodes, UserError, type ExitCode } from '../../errors/index.ts'
import { formatDiagnostics, targetNames, type TargetName } from '../../fleet/index.ts'
import { version } from '../../observe/index.ts'
import type { ReadFleet } from '../../operate/index.ts'
import {
  planActions,
  readChatTemplates,
  readGeometries,
  renderSource,
  type PlannedActions,
  type ResolvedSource,
} from '../../operate/planning/index.ts'
import { makePlan, type PlanFacts } from '../../plan/index.ts'
import type { CommandContext, CommandHandler, CommandInput } from '../command.ts'
import { openFleet, purposeOf, resolveFleet, sourceLine } from '../fleets/index.ts'
import { usageError } from '../parse/index.ts'
import { hanging, planDocument, renderChanges, renderPlan } from '../plan/index.ts'
import { openTarget } from '../targets/index.ts'

/** Widest that a plan is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead plan`. */
export const plan: CommandHandler = async ({ args: [argument], options }, context) => {
  const { output, environment, workingFolder, signal } = context
  const asked = targetNames.find((name) => name === options['target'])
  const opened = await openFleet(argument, context, purposeOf(asked))
  const { read, sources } = await resolveFleet(opened, options, context, { isTold: false })
  const offline = options['offline'] === true
  const target = asked ?? read.fleet.targets.default
  if (offline && options['detailed-exitcode'] === true && target !== 'local') {
    throw usageError({
      what: '--offline and --detailed-exitcode exclude each other',
      why: `Only target ${target} can tell what would change.`,
      mend: 'Leave one of them out.',
    })
  }
  const geometries = await readGeometries(read.fleet, { environment, signal, offline })
  const planned = makePlan(read.fleet, { target, geometries })
  const todo = await stepsOn(target, { read, options, geometries, offline }, context)
  const code = codeOf(planned.fits, todo, options)
  if (output.json) {
    const { fleet, file } = read
    const { actions, hasChanges, reason } = todo
    const known = { actions, hasChanges: reason === undefined ? hasChanges : null, noActionsBecause: reason ?? null }
    output.document({
      fleet,
      file,
      target: planned.target,
      sources: sources.map(sourceDocument),
      ...known,
      ...planDocument(planned),
    })
    return code
  }
  const { bold } = output.paint
  const columns = Math.min(output.columns(), widest)
  const fromHere = relative(workingFolder, read.file)
  const file = fromHere.startsWith('..') ? read.file : fromHere
  if (options['changes'] !== true) {
    const title = `Fleet ${bold(read.fleet.name)} for target ${planned.target}, from ${file}`
    for (const line of hanging('', title, columns)) output.line(line)
    output.line()
    for (const { path, ...source } of sources) {
      for (const line of hanging('  ', `${path}: ${sourceLine({ path, ...source })}`, columns)) output.line(line)
    }
    if (sources.length > 0) output.line()
    const surface = { columns, paint: output.paint, explain: options['explain'] === true }
    for (const line of renderPlan(planned, surface)) output.line(line)
  }
  tellActions(target, todo, file, columns, context)
  if (options['explain'] !== true && options['changes'] !== true) {
    output.note('How each number comes about: fairlead plan --explain')
  }
  return code
}

/** What a source of a registry means, for programs; by the registry’s words of an earlier time where `toldAt` is not null. */
const sourceDocument = ({ path, asked, source, version, moves, host, kept }: ResolvedSource) => ({
  path,
  asked,
  source,
  version,
  moves,
  registry: host,
  toldAt: kept?.toldAt ?? null,
})

interface Asked {
  readonly read: ReadFleet
  readonly options: CommandInput['options']
  readonly geometries: NonNullable<PlanFacts['geometries']>
  readonly offline: boolean
}

/** What `apply` would do there now. */
async function stepsOn(
  name: TargetName,
  { read, options, geometries, offline }: Asked,
  context: CommandContext,
): Promise<PlannedActions> {
  const { environment, output } = context
  const target = await openTarget(name, options, context, read.fleet)
  try {
    if (name === 'local') return await planActions(read, environment, target)
    if (offline) return { actions: [], hasChanges: false, reason: `Target ${name} was not asked (--offline).` }
    const files = await readChatTemplates(read)
    let rendered: ReturnType<typeof renderSource>
    try {
      rendered = renderSource(read, { target: name, version, environment, gateway: true, files, geometries })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return { actions: [], hasChanges: false, reason: [error.message, error.parts.why].join(':\n'), failure: error }
    }
    const steps = await planActions(rendered.source, environment, target)
    // What rendering has to say belongs to the steps; without a place to take them, to `fairlead render`.
    if (steps.failure === undefined && rendered.notes.length > 0) {
      output.warn(formatDiagnostics(rendered.notes, read.text, { colour: output.hasNoteColour }))
    }
    return steps
  } finally {
    await target.close()
  }
}

function codeOf(fits: boolean, { hasChanges, failure }: PlannedActions, options: CommandInput['options']): ExitCode {
  const isDetailed = options['detailed-exitcode'] === true
  if (isDetailed && failure !== undefined) throw failure
  return !fits || (isDetailed && hasChanges) ? exitCodes.answerIsNo : exitCodes.done
}

function tellActions(
  target: TargetName,
  { actions, reason }: PlannedActions,
  file: string,
  columns: number,
  { output }: CommandContext,
): void {
  const { bold, dim } = output.paint
  if (reason !== undefined) {
    const lines = reason.includes('\n') ? reason.split('\n') : hanging('', reason, columns)
    for (const line of lines) output.line(line)
    return
  }
  if (target !== 'local') {
    output.line(`${bold('Steps')} of \`fairlead apply\` on target ${target}`)
    for (const line of renderChanges(actions, { columns, paint: output.paint, file })) output.line(line)
    return
  }
  output.line(`${bold('Steps')} of \`fairlead up\` on this machine`)
  for (const { verb, subject, detail } of actions) {
    output.line(`  ${bold(verb)} ${subject}`)
    for (const line of hanging('    ', detail, columns)) output.line(dim(line))
  }
}
