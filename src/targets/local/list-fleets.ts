import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fleetStateFolder, type Environment } from '../../files/index.ts'
import { readState } from './read-state.ts'
import { stateFolderOf } from './state-folder.ts'

/** Names of the Fleets that have a state on this machine, sorted: those that run, and those whose supervisor died. */
export async function listFleets(environment: Environment): Promise<readonly string[]> {
  const root = dirname(fleetStateFolder(environment, 'any'))
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const names = await Promise.all(
    entries
      .filter(
        (entry) => entry.isDirectory() && /^[a-z0-9][-a-z0-9]{0,62}$/.test(entry.name) && !entry.name.endsWith('-'),
      )
      .map(async ({ name }) =>
        (await readState(stateFolderOf(environment, name))).kind === 'none' ? undefined : name,
      ),
  )
  return names.filter((name) => name !== undefined).sort()
}
