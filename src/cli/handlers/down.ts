import { exitCodes } from '../../errors/index.ts'
import { deleteFleet, findTarget, resolveFleetName } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { createProgress } from '../progress/index.ts'

/** Acts for `fairlead down`. */
export const down: CommandHandler = async ({ args: [argument] }, { output, environment, workingFolder, signal }) => {
  const target = await findTarget('local')
  if (argument === undefined && (await target.list(environment)).length === 0) {
    if (output.json) output.document({ fleet: null, stopped: false })
    else output.line('No Fleet runs on this machine.')
    return exitCodes.done
  }
  const name = await resolveFleetName(argument, environment, target, workingFolder)
  const progress = createProgress(output)
  const step = progress.step(`Stopping Fleet ${name}`)
  try {
    const { wasThere: stopped } = await deleteFleet(name, {}, { environment, progress, signal }, target)
    step.succeed(stopped ? undefined : 'it did not run')
    if (output.json) output.document({ fleet: name, stopped })
    else output.line(stopped ? `Fleet ${name} has stopped.` : `Fleet ${name} did not run.`)
    return exitCodes.done
  } catch (error) {
    step.fail('did not stop')
    throw error
  } finally {
    progress.close()
  }
}
