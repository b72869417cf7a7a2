/**
 * The gateway's process. The supervisor starts it with an IPC channel: it says `{type: 'listening', listen, admin}`
 * once it serves, and ends when that channel breaks, so that no gateway outlives its supervisor.
 */
import { parseArgs } from 'node:util'
import { exitCodes, UserError } from '../errors/index.ts'
import { readBoundedFile } from '../files/index.ts'
import { fleetFileLimitBytes, loadFleet, requireFleet } from '../fleet/index.ts'
import { createLogger, logLevels } from '../observe/index.ts'
import { runGateway, type RunningGateway } from './run-gateway.ts'

/** What the supervisor is told. */
interface ListeningMessage {
  readonly type: 'listening'
  readonly listen: { readonly host: string; readonly port: number }
  readonly admin: { readonly host: string; readonly port: number }
}

function portOf(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port
  throw new UserError({ what: `${option} is not a port`, where: value, mend: 'Give a number from 0 to 65535.' })
}

async function start(): Promise<RunningGateway> {
  const { values } = parseArgs({
    options: {
      fleet: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'admin-host': { type: 'string' },
      'admin-port': { type: 'string' },
      'admin-open': { type: 'boolean' },
      state: { type: 'string' },
      replicas: { type: 'string' },
      'secrets-folder': { type: 'string' },
    },
  })
  const file = values.fleet
  if (file === undefined) throw new UserError({ what: '--fleet FILE is missing', exitCode: exitCodes.usage })
  const content = await readBoundedFile(file, fleetFileLimitBytes)
  const fleet = requireFleet(loadFleet(content, { file, environment: process.env }))
  const level = logLevels.find((known) => known === process.env['FAIRLEAD_LOG_LEVEL']) ?? 'info'
  return runGateway({
    fleet,
    fleetFile: file,
    ...(values.state === undefined ? {} : { statePath: values.state }),
    poolsPath: values.replicas,
    listen: { host: values.host, port: portOf(values.port, '--port') },
    admin: { host: values['admin-host'], port: portOf(values['admin-port'], '--admin-port') },
    isAdminOpen: values['admin-open'],
    secretsFolder: values['secrets-folder'],
    environment: process.env,
    logger: createLogger({ name: 'gateway', level }),
    ownProcess: true,
  })
}

/** What a person sees: the parts of the error, one a line. */
function describe(error: unknown): string {
  if (!(error instanceof UserError)) return String(error instanceof Error ? error.stack : error)
  const { what, where, why, mend, command } = error.parts
  return [what, where, why, mend, command].filter((part) => part !== undefined).join('\n  ')
}

try {
  const gateway = await start()
  const message: ListeningMessage = { type: 'listening', listen: gateway.address, admin: gateway.adminAddress }
  process.send?.(message)
  process.once('disconnect', () => void gateway.close())
  process.once('SIGTERM', () => void gateway.drain())
  process.on('SIGHUP', () => void gateway.reload())
  process.once('SIGINT', () => {
    process.once('SIGINT', () => void gateway.close())
    void gateway.drain()
  })
  await gateway.closed
  process.exit(exitCodes.done)
} catch (error) {
  process.stderr.write(`${describe(error)}\n`)
  process.exit(error instanceof UserError ? error.exitCode : exitCodes.failed)
}
