import { exitCodes, type ExitCode } from '../../errors/index.ts'
import type { TargetName } from '../../fleet/index.ts'
import { fleetStatus, type FleetStatus } from '../../operate/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { drawAgain } from '../console/index.ts'
import { readInteger } from '../option-values.ts'
import type { Output } from '../output.ts'
import { usageError } from '../parse/index.ts'
import { judgeHealth, RecentTtft, renderStatus, ttftSpanSeconds, widthOf } from '../status/index.ts'
import { chooseFleet, whereIs } from '../targets/index.ts'

const exitCodeOf = (status: FleetStatus): ExitCode =>
  judgeHealth(status) === 'ready' ? exitCodes.done : exitCodes.answerIsNo

async function watch(read: () => Promise<FleetStatus>, seconds: number, context: CommandContext): Promise<never> {
  const { output, signal } = context
  const recent = new RecentTtft()
  const lines = async () => renderStatus(recent.of(await read(), performance.now()), output.paint, widthOf(output))
  return drawAgain({ read: lines, seconds, note: `TTFT of the last ${ttftSpanSeconds} s` }, output, signal)
}

function tellNothingRuns(target: TargetName, output: Output): void {
  if (output.json) output.document({ fleet: null, target, running: false, gateway: null, replicas: [], health: 'down' })
  else {
    const command = target === 'local' ? 'fairlead up' : `fairlead apply --target ${target}`
    output.line(`No Fleet runs ${whereIs(target)}. Start one with: ${command}`)
  }
}

/** Acts for `fairlead status`. */
export const status: CommandHandler = async ({ args: [argument], options }, context) => {
  const { output, environment } = context
  const isWatching = options['watch'] === true
  if (isWatching && output.json) {
    throw usageError({ what: '--watch and --json exclude each other', why: 'JSON output is exactly one document.' })
  }
  return chooseFleet(
    { argument, options },
    context,
    async ({ target, name }) => {
      const read = () => fleetStatus(name, environment, target)
      if (isWatching) return watch(read, readInteger(options['interval']) ?? 2, context)
      const current = await read()
      if (output.json) output.document({ ...current, health: judgeHealth(current) })
      else for (const line of renderStatus(current, output.paint, widthOf(output))) output.line(line)
      return exitCodeOf(current)
    },
    (target) => tellNothingRuns(target, output),
  )
}
