import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { GatewayListen } from './gateway-listen.ts'
import { listFleets } from './list-fleets.ts'
import { findFreePairAbove, urlOf, whyNotFree, type Listen } from './ports.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf } from './state-folder.ts'

/** What the system says about an address that cannot be listened on (listen(2), bind(2)). */
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there.',
  EACCES: 'This user may not listen on ports below 1024.',
  EADDRNOTAVAIL: 'This machine does not have that address.',
  ENOTFOUND: 'There is no host of that name.',
}

/** The Fleet of ours that listens on a port. */
async function findFleetOn(port: number, environment: Environment): Promise<{ name: string; pid: number } | undefined> {
  for (const name of await listFleets(environment)) {
    const found = await findSupervisor(stateFolderOf(environment, name))
    const gateway = found.kind === 'running' ? found.state?.gateway : undefined
    if (found.kind === 'running' && (gateway?.listen.port === port || gateway?.admin.port === port)) {
      return { name, pid: found.supervisor.pid }
    }
  }
  return undefined
}

async function takenError(address: Listen, code: string, listen: Listen, environment: Environment): Promise<UserError> {
  const fleet = code === 'EADDRINUSE' ? await findFleetOn(address.port, environment) : undefined
  const free =
    code === 'EADDRNOTAVAIL' ? undefined : await findFreePairAbove({ ...listen, port: Math.max(listen.port, 8080) })
  return new UserError({
    what: `The gateway cannot listen on ${urlOf(address)}`,
    where: urlOf(address),
    why:
      fleet === undefined
        ? (reasons[code] ?? `The system says ${code}.`)
        : `Fleet “${fleet.name}” (process ${fleet.pid}) listens there; \`fairlead down ${fleet.name}\` stops it.`,
    mend:
      free === undefined
        ? 'Change `gateway.listen` in the Fleet file.'
        : 'Stop what listens there, or choose another port (or `gateway.listen` in the Fleet file).',
    ...(free === undefined ? {} : { command: `fairlead up --port ${free}` }),
  })
}

/**
 * Checks that the gateway will be able to listen, before anything is downloaded for it.
 * @throws UserError that names the program at fault where it is one of ours, and a free port.
 */
export async function requireFreeAddresses({ listen, admin }: GatewayListen, environment: Environment): Promise<void> {
  for (const address of [listen, admin]) {
    const code = await whyNotFree(address)
    if (code !== undefined) throw await takenError(address, code, listen, environment)
  }
}
