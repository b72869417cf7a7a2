import { exitCodes } from '../../errors/index.ts'
import { findTarget, planFleet } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderTable } from '../console/index.ts'
import { openFleet } from '../fleets/index.ts'

/** Acts for `fairlead plan`. */
export const plan: CommandHandler = async ({ args: [argument] }, context) => {
  const { output, environment } = context
  const source = await openFleet(argument, context)
  const actions = await planFleet(source, environment, findTarget('local'))
  if (output.json) {
    output.document({ fleet: source.fleet, file: source.file, target: 'local', actions })
    return exitCodes.done
  }
  const { bold, dim } = output.paint
  output.line(`Fleet ${bold(source.fleet.name)} from ${source.file}; \`fairlead up\` would:`)
  output.line()
  const rows = actions.map(({ verb, subject, detail }) => [bold(verb), subject, dim(detail)])
  for (const line of renderTable([{ title: 'DO' }, { title: 'WHAT' }, { title: 'DETAIL' }], rows)) output.line(line)
  return exitCodes.done
}
