import { exitCodes } from '../../errors/index.ts'
import { readGpus } from '../../operate/gpu/index.ts'
import type { CommandHandler } from '../command.ts'
import { drawAgain } from '../console/index.ts'
import { renderGpus } from '../gpu/index.ts'
import { readInteger } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead gpu`. */
export const gpu: CommandHandler = async ({ args: [argument], options }, context) => {
  const { output, environment, signal } = context
  const isWatching = options['watch'] === true
  if (isWatching && output.json) {
    throw usageError({ what: '--watch and --json exclude each other', why: 'JSON output is exactly one document.' })
  }
  return chooseFleet({ argument, options }, context, async ({ target, name }) => {
    const read = () => readGpus(name, environment, target, signal)
    if (isWatching) {
      const lines = async () => renderGpus(await read(), output.paint)
      return drawAgain({ read: lines, seconds: readInteger(options['interval']) ?? 2 }, output, signal)
    }
    const replicas = await read()
    if (output.json) output.document({ fleet: name, target: target.name, replicas })
    else if (replicas.length === 0) output.line(`Fleet ${name} has no replicas`)
    else for (const line of renderGpus(replicas, output.paint)) output.line(line)
    return replicas.some(({ gpus }) => gpus.length > 0) ? exitCodes.done : exitCodes.answerIsNo
  })
}
