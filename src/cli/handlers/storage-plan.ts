import { exitCodes } from '../../errors/index.ts'
import { writeFileAtomic } from '../../files/index.ts'
import { readGeometries } from '../../operate/planning/index.ts'
import { makePlan, planStorage } from '../../plan/index.ts'
import type { CommandHandler } from '../command.ts'
import { openFleet, resolveFleet } from '../fleets/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { renderStorage, withStorage } from '../storage/index.ts'

/** Widest that it is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead storage plan`. */
export const storagePlan: CommandHandler = async ({ args: [argument], options }, context) => {
  const { output, environment, signal } = context
  const { read } = await resolveFleet(await openFleet(argument, context, 'kubernetes'), options, context)
  const geometries = await readGeometries(read.fleet, { environment, signal, offline: options['offline'] === true })
  const plan = planStorage(makePlan(read.fleet, { geometries, target: 'kubernetes' }))
  const choice = plan.choices.find(({ kind }) => kind === options['use'])
  if (choice === undefined) {
    if (output.json) output.document(plan)
    else {
      const surface = { columns: Math.min(output.columns(), widest), paint: output.paint }
      for (const line of renderStorage(plan, surface)) output.line(line)
    }
    return exitCodes.done
  }
  if (choice.refusal !== undefined) {
    throw usageError({
      what: `${choice.kind} does not work for this Fleet`,
      why: choice.refusal,
      mend: `Choose another way, such as ${plan.advice.kind}.`,
    })
  }
  const text = withStorage(read.text, read.file, choice.kind, readText(options['storage-class']))
  if (text !== read.text) await writeFileAtomic(read.file, text, 0o644)
  if (output.json) output.document({ file: read.file, kind: choice.kind, written: text !== read.text })
  else {
    output.line(`Wrote storage.models.kind: ${choice.kind} to ${read.file}.`)
    for (const need of choice.needs) output.note(`It needs ${need}.`)
  }
  return exitCodes.done
}
