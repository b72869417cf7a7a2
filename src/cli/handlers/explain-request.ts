import { exitCodes, UserError, type ExitCode } from '../../errors/index.ts'
import { findRequest } from '../../operate/explain/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { renderRequest } from '../explain/index.ts'
import { readText } from '../option-values.ts'
import { chooseFleet } from '../targets/index.ts'

/** Widest that it is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead explain request`. */
export const explainRequest: CommandHandler = async ({ args: [id = ''], options }, context) => {
  const named = readText(options['admin'])
  if (named !== undefined) return tell(id, named.replace(/\/+$/, ''), context)
  return chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const adminUrl = (await target.adminUrl?.(name, context.environment)) ?? null
    if (adminUrl !== null) return tell(id, adminUrl, context)
    throw new UserError({
      what: `No gateway of Fleet ${name} can be asked from here`,
      why:
        target.adminUrl === undefined
          ? `Its admin address has to be brought to this machine first, since target ${target.name} is elsewhere.`
          : 'None runs.',
      mend: 'Say where the admin address of the gateway is that answered:',
      command: `fairlead explain request ${id} --admin http://127.0.0.1:8081`,
    })
  })
}

async function tell(id: string, adminUrl: string, { environment, output }: CommandContext): Promise<ExitCode> {
  const found = await findRequest(adminUrl, id, environment['FAIRLEAD_API_KEY'])
  if ('missing' in found) {
    throw new UserError({
      what: `The gateway at ${adminUrl} ${found.missing}`,
      mend: 'Look whether it runs:',
      command: 'fairlead status',
    })
  }
  const { requests } = found
  if (output.json) output.document(requests)
  else if (requests.length === 0) {
    output.line(`The gateway has no request ${id}: it keeps the last 1,000 of each thread, and none across a restart.`)
  } else {
    const surface = { columns: Math.min(output.columns(), widest), paint: output.paint }
    for (const request of requests) for (const line of renderRequest(request, surface)) output.line(line)
  }
  return requests.length === 0 ? exitCodes.answerIsNo : exitCodes.done
}
