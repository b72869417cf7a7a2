import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../../errors/index.ts'
import { formatDiagnostics, type TargetName } from '../../fleet/index.ts'
import { readFleet, type ReadFleet, type ReadFleetOptions } from '../../operate/index.ts'
import type { CommandContext } from '../command.ts'
import { chooseFleetFile } from './choose-fleet-file.ts'

function refuseMissing(path: string): UserError {
  return new UserError({
    what: `There is no Fleet file ${path}`,
    mend: 'Check the path, or write a Fleet file.',
    command: `fairlead init --output ${path}`,
  })
}

function refuseFolder(path: string, folder: string): UserError {
  const inside = join(path, 'fleet.yaml')
  return new UserError({
    what: `${path} is a folder, not a Fleet file`,
    mend: existsSync(join(folder, 'fleet.yaml'))
      ? `Name the Fleet file in it: ${inside}.`
      : 'Name a Fleet file, such as fleet.yaml.',
  })
}

const refuseEmpty = () =>
  new UserError({ what: 'The name of the Fleet file is empty', mend: 'Name a Fleet file, such as fleet.yaml.' })

/** Refuses a name that no Fleet file can have, and one that none has. */
function checkIsFile(path: string, workingFolder: string): void {
  if (path.trim() === '') throw refuseEmpty()
  const file = resolve(workingFolder, path)
  const there = statSync(file, { throwIfNoEntry: false })
  if (there === undefined) throw refuseMissing(path)
  if (there.isDirectory()) throw refuseFolder(path, file)
}

/** For what a Fleet is read that is planned for a target; without one, for the target that the Fleet itself names. */
export const purposeOf = (target: TargetName | undefined): NonNullable<ReadFleetOptions['purpose']> =>
  target === undefined ? 'plan' : target === 'local' ? 'run' : target

/** Reads the Fleet file that a command means and tells its warnings. @throws UserError with every problem of the file. */
export async function openFleet(
  argument: string | undefined,
  context: CommandContext,
  purpose: NonNullable<ReadFleetOptions['purpose']> = 'run',
): Promise<ReadFleet> {
  const { environment, workingFolder, output } = context
  const path = chooseFleetFile(argument, workingFolder)
  checkIsFile(path, workingFolder)
  const colour = output.hasNoteColour && !output.json
  const read = await readFleet(path, environment, { workingFolder, colour, purpose })
  const { warnings, text } = read
  if (warnings.length > 0) output.warn(formatDiagnostics(warnings, text, { colour: output.hasNoteColour }))
  return read
}
