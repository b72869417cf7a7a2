import { hostname } from 'node:os'
import { exitCodes } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { applyFleet, findTarget, type FleetStatus } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { formatDuration } from '../console/index.ts'
import { openFleet, overridePorts, readyText, resolveFleet } from '../fleets/index.ts'
import { readInteger, readText } from '../option-values.ts'
import { createProgress } from '../progress/index.ts'
import { judgeHealth } from '../status/index.ts'

/** In a clone the command is not on PATH; npm tells by this variable that it runs us. */
const typedAs = (environment: Environment) =>
  environment['npm_lifecycle_event'] === undefined ? 'fairlead' : 'npx fairlead'

/** Acts for `fairlead up`: stays until the signal fires and everything has stopped. */
export const up: CommandHandler = async ({ args: [argument], options }, context) => {
  const { output, environment, signal, killSignal } = context
  const startedAtMs = performance.now()
  const target = await findTarget(readText(options['target']) ?? 'local')
  const { read: opened } = await resolveFleet(await openFleet(argument, context), options, context)
  const ports = { port: readInteger(options['port']), adminPort: readInteger(options['admin-port']) }
  const source = { ...opened, fleet: overridePorts(opened.fleet, ports) }
  const onReady = (status: FleetStatus) => {
    if (output.json) return output.document({ ...status, health: judgeHealth(status) })
    const elapsed = formatDuration(performance.now() - startedAtMs)
    const address = status.gateway?.address ?? `http://${source.fleet.gateway.listen}`
    const facts = { fleet: source.fleet, address, hostName: hostname(), elapsed, typed: typedAs(environment) }
    output.line(readyText(facts, output.paint))
  }
  const progress = createProgress(output)
  const onStop = () => output.note(output.notePaint.dim('Stopping; Ctrl-C again does not wait for open answers.'))
  signal.addEventListener('abort', onStop, { once: true })
  try {
    await applyFleet(source, { environment, progress, signal, killSignal, onReady }, target)
  } finally {
    signal.removeEventListener('abort', onStop)
    progress.close()
  }
  return exitCodes.done
}
