import { exitCodes } from '../../errors/index.ts'
import { fleetRevisions, type Revision } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderTable } from '../console/index.ts'
import { chooseFleet } from '../targets/index.ts'

const columns = [
  { title: 'REVISION', align: 'right' },
  { title: 'APPLIED' },
  { title: 'FAIRLEAD' },
  { title: 'OBJECTS', align: 'right' },
  { title: 'REASON' },
] as const

const row = ({ number, appliedAt, version, objects, reason, isCurrent }: Revision) => [
  String(number),
  appliedAt,
  version,
  String(objects),
  `${reason}${isCurrent ? ' (current)' : ''}`.trimStart(),
]

/** Acts for `fairlead revisions`. */
export const revisions: CommandHandler = ({ args: [argument], options }, context) =>
  chooseFleet({ argument, options }, context, async ({ target, name }) => {
    const { output, environment } = context
    const known = await fleetRevisions(name, environment, target)
    if (output.json) output.document(known)
    else if (known.length === 0) output.line(`Fleet ${name} has no revisions on target ${target.name}.`)
    else for (const line of renderTable(columns, known.map(row))) output.line(line)
    return exitCodes.done
  })
