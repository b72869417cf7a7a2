import { relative } from 'node:path'
import { exitCodes } from '../../errors/index.ts'
import { planActions, readGeometries, type PlannedActions } from '../../operate/index.ts'
import { makePlan } from '../../plan/index.ts'
import type { CommandHandler } from '../command.ts'
import { openFleet } from '../fleets/index.ts'
import type { Output } from '../output.ts'
import { hanging, planDocument, renderPlan } from '../plan/index.ts'

/** Widest that a plan is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead plan`. */
export const plan: CommandHandler = async ({ args: [argument], options }, context) => {
  const { output, environment, workingFolder } = context
  const source = await openFleet(argument, context, 'plan')
  const { signal } = context
  const offline = options['offline'] === true
  const geometries = await readGeometries(source.fleet, { environment, signal, offline })
  const planned = makePlan(source.fleet, { geometries })
  const todo = await planActions(source, environment)
  const code = planned.fits ? exitCodes.done : exitCodes.answerIsNo
  if (output.json) {
    const { actions, reason } = todo
    const { fleet, file } = source
    output.document({
      fleet,
      file,
      target: planned.target,
      actions,
      noActionsBecause: reason ?? null,
      ...planDocument(planned),
    })
    return code
  }
  const { bold } = output.paint
  const columns = Math.min(output.columns(), widest)
  const fromHere = relative(workingFolder, source.file)
  const shown = fromHere.startsWith('..') ? source.file : fromHere
  const title = `Fleet ${bold(source.fleet.name)} for target ${planned.target}, from ${shown}`
  for (const line of hanging('', title, columns)) output.line(line)
  output.line()
  const surface = { columns, paint: output.paint, explain: options['explain'] === true }
  for (const line of renderPlan(planned, surface)) output.line(line)
  tellActions(todo, output, columns)
  if (options['explain'] !== true) output.note('How each number comes about: fairlead plan --explain')
  return code
}

function tellActions({ actions, reason }: PlannedActions, output: Output, columns: number): void {
  const { bold, dim } = output.paint
  if (reason !== undefined) {
    for (const line of hanging('', reason, columns)) output.line(line)
    return
  }
  output.line(`${bold('Steps')} of \`fairlead up\` on this machine`)
  for (const { verb, subject, detail } of actions) {
    output.line(`  ${bold(verb)} ${subject}`)
    for (const line of hanging('    ', detail, columns)) output.line(dim(line))
  }
}
