import { exitCodes } from '../../errors/index.ts'
import { applyFleet, type FleetStatus } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { judgeHealth, renderStatus, widthOf } from '../status/index.ts'
import { openForTarget } from '../fleets/index.ts'
import { openTarget, readApplyOptions, withProgress } from '../targets/index.ts'

/** Acts for `fairlead apply`. */
export const apply: CommandHandler = async (input, context) => {
  const { args, options } = input
  const { output, killSignal } = context
  const opened = await openForTarget(args[0], options, context)
  const target = await openTarget(opened.target, options, context, opened.source.fleet)
  if (opened.target === 'local') return (await import('./up.ts')).up(input, context)
  const { source } = opened
  let ready: FleetStatus | undefined
  try {
    await withProgress(options, context, (work) =>
      applyFleet(
        source,
        { ...work, killSignal, options: readApplyOptions(options), onReady: (status) => (ready = status) },
        target,
      ),
    )
    const status = ready ?? (await target.status(source.fleet.name, context.environment))
    if (output.json) output.document({ ...status, health: judgeHealth(status) })
    else for (const line of renderStatus(status, output.paint, widthOf(output))) output.line(line)
    return exitCodes.done
  } finally {
    await target.close()
  }
}
