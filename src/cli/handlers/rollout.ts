import { exitCodes, type ExitCode } from '../../errors/index.ts'
import { rolloutFleet, type RolloutStatus } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderTable } from '../console/index.ts'
import { readText } from '../option-values.ts'
import type { Output } from '../output.ts'
import { openForTarget } from '../fleets/index.ts'
import { chooseFleet, openTarget, readApplyOptions, readCanary, withProgress } from '../targets/index.ts'

const columns = [
  { title: 'MODEL' },
  { title: 'ROLE' },
  { title: 'UPDATE' },
  { title: 'NEW', align: 'right' },
  { title: 'READY', align: 'right' },
  { title: 'MESSAGE' },
] as const

function tell(statuses: readonly RolloutStatus[], output: Output): ExitCode {
  if (output.json) output.document(statuses)
  else if (statuses.length === 0) output.line('No update is under way.')
  else {
    const rows = statuses.map(({ model, role, state, wanted, updated, ready, message }) => [
      model,
      role,
      state,
      `${updated}/${wanted}`,
      `${ready}/${wanted}`,
      message,
    ])
    for (const line of renderTable(columns, rows)) output.line(line)
  }
  return statuses.some(({ state }) => state === 'failed') ? exitCodes.answerIsNo : exitCodes.done
}

/** Acts for `fairlead rollout start`. */
export const rolloutStart: CommandHandler = async ({ args, options }, context) => {
  const { target: targetName, source } = await openForTarget(args[0], options, context)
  const canary = readCanary(options, source.fleet, targetName)
  const target = await openTarget(targetName, options, context, source.fleet)
  try {
    const { killSignal, output } = context
    const statuses = await withProgress(options, context, (work) =>
      rolloutFleet(
        source.fleet.name,
        { action: 'start', source, ...(canary === undefined ? {} : { canary }) },
        { ...work, killSignal, options: readApplyOptions(options) },
        target,
      ),
    )
    return tell(statuses, output)
  } finally {
    await target.close()
  }
}

/** Acts for the other `fairlead rollout …`. */
export const rolloutAction =
  (action: 'status' | 'pause' | 'resume' | 'promote' | 'abort'): CommandHandler =>
  ({ args: [model], options }, context) =>
    chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
      const request = { action, ...(model === undefined ? {} : { model }) }
      const statuses = await withProgress(options, context, (work) => rolloutFleet(name, request, work, target))
      return tell(statuses, context.output)
    })
