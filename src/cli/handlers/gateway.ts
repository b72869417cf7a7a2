import { join, resolve } from 'node:path'
import { exitCodes } from '../../errors/index.ts'
import { fleetStateFolder } from '../../files/index.ts'
import type { ListenAddress } from '../../fleet/index.ts'
import { runGateway } from '../../gateway/index.ts'
import type { CommandHandler } from '../command.ts'
import { openFleet } from '../fleets/index.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

const urlOf = ({ host, port }: ListenAddress) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Acts for `fairlead gateway`: stays until the signal fires and the gateway has drained. */
export const gateway: CommandHandler = async ({ options }, context) => {
  const { output, environment, workingFolder, signal, killSignal } = context
  const file = readText(options['fleet'])
  if (file === undefined) {
    throw usageError({
      what: 'fairlead gateway needs --fleet FILE',
      mend: 'Name the Fleet file whose models are served.',
      command: 'fairlead gateway --fleet fleet.yaml',
    })
  }
  const source = await openFleet(file, context)
  const pools = readText(options['replicas'])
  const poolsPath = pools === undefined ? undefined : resolve(workingFolder, pools)
  const secretsFolder = readText(options['secrets-folder'])
  const hasLocalReplicas = poolsPath === undefined && source.fleet.models.some(({ engine }) => engine !== 'external')
  signal.throwIfAborted()
  const running = await runGateway({
    fleet: source.fleet,
    fleetFile: source.file,
    ...(hasLocalReplicas ? { statePath: join(fleetStateFolder(environment, source.fleet.name), 'state.json') } : {}),
    poolsPath,
    listen: { host: readText(options['host']), port: readInteger(options['port']) },
    admin: { host: readText(options['admin-host']), port: readInteger(options['admin-port']) },
    isAdminOpen: options['admin-open'] === true,
    secretsFolder: secretsFolder === undefined ? undefined : resolve(workingFolder, secretsFolder),
    workers: readInteger(options['workers']),
    environment,
    signal,
    ownProcess: true,
  })
  killSignal.addEventListener('abort', () => void running.close(), { once: true })
  output.note(`The gateway of Fleet ${source.fleet.name} listens at ${urlOf(running.address)}; Ctrl-C stops it.`)
  await running.closed
  return exitCodes.done
}
