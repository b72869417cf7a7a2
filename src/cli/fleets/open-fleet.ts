import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../../errors/index.ts'
import { formatDiagnostics } from '../../fleet/index.ts'
import { readFleet, type FleetSource } from '../../operate/index.ts'
import type { CommandContext } from '../command.ts'
import { chooseFleetFile } from './choose-fleet-file.ts'

function refuseMissing(path: string): UserError {
  return new UserError({
    what: `There is no Fleet file ${path}`,
    mend: 'Check the path, or write a Fleet file.',
    command: `fairlead init --output ${path}`,
  })
}

/** Reads the Fleet file that a command means and tells its warnings. @throws UserError with every problem of the file. */
export async function openFleet(argument: string | undefined, context: CommandContext): Promise<FleetSource> {
  const { environment, workingFolder, output } = context
  const path = chooseFleetFile(argument, workingFolder)
  if (!existsSync(resolve(workingFolder, path))) throw refuseMissing(path)
  const colour = output.hasNoteColour && !output.json
  const { fleet, file, warnings, text } = await readFleet(path, environment, { workingFolder, colour })
  if (warnings.length > 0) output.warn(formatDiagnostics(warnings, text, { colour: output.hasNoteColour }))
  return { fleet, file }
}
