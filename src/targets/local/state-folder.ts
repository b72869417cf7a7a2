import { chmod, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../../errors/index.ts'
import { fleetStateFolder, type Environment } from '../../files/index.ts'

/** Where the state of one Fleet on this machine is. */
export interface StateFolder {
  readonly fleet: string
  readonly path: string
  /** `state.json` */
  readonly stateFile: string
  /** Held by the supervisor as long as it lives. */
  readonly lockFile: string
  readonly logsFolder: string
  /** Sockets between the processes of engines. */
  readonly socketsFolder: string
}

/**
 * The folder of a Fleet by its name; touches nothing.
 * @throws UserError when the name is none, so that no path can be smuggled in.
 */
export function stateFolderOf(environment: Environment, fleet: string): StateFolder {
  // The same rule as for `name` in the Fleet file (RFC 1123 label).
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(fleet)) {
    throw new UserError({
      what: `“${fleet}” is not the name of a Fleet`,
      why: 'A name has lower-case letters, digits and dashes.',
      mend: 'Give the `name` from the Fleet file, or the path of the file.',
    })
  }
  const path = fleetStateFolder(environment, fleet)
  return {
    fleet,
    path,
    stateFile: join(path, 'state.json'),
    lockFile: join(path, 'supervisor.lock'),
    logsFolder: join(path, 'logs'),
    socketsFolder: join(path, 'sockets'),
  }
}

/** Creates the folder for this user alone: logs may hold prompts. */
export async function createStateFolder(folder: StateFolder): Promise<void> {
  await mkdir(dirname(folder.path), { recursive: true, mode: 0o700 })
  await mkdir(folder.logsFolder, { recursive: true, mode: 0o700 })
  await chmod(folder.path, 0o700)
}

/** Makes the folder of sockets anew: engines that were killed leave theirs behind. Nobody may use it still. */
export async function emptySocketsFolder({ socketsFolder }: StateFolder): Promise<void> {
  await rm(socketsFolder, { recursive: true, force: true })
  await mkdir(socketsFolder, { mode: 0o700 })
}

/** The log of a replica or of the gateway. */
export function logFileOf(folder: StateFolder, source: string): string {
  return join(folder.logsFolder, `${source}.log`)
}
