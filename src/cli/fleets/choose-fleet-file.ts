import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** The Fleet file that a command means: the one named, ./fleet.yaml, or the example that comes with Fairlead. */
export function chooseFleetFile(argument: string | undefined, workingFolder: string): string {
  if (argument !== undefined) return argument
  return existsSync(join(workingFolder, 'fleet.yaml')) ? 'fleet.yaml' : join(packageRoot, 'examples', 'laptop.yaml')
}
