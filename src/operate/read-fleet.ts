import { resolve } from 'node:path'
import { readBoundedFile, type Environment } from '../files/index.ts'
import {
  fleetFileLimitBytes,
  loadFleet,
  requireFleet,
  type Diagnostic,
  type LoadedFleet,
  type LoadFleetOptions,
} from '../fleet/index.ts'
import type { FleetSource } from '../targets/index.ts'

/** A Fleet file that was read and has no error. */
export interface ReadFleet extends FleetSource {
  readonly warnings: readonly Diagnostic[]
  /** The file's text, for excerpts in warnings. */
  readonly text: string
  /** The text with the files that its registry sources mean, for gateways and revisions; absent where it has no such source. */
  readonly pinnedText?: string
  /** The path as the person gave it, for diagnostics. */
  readonly shownAs: string
  /** Names of the environment variables that overrode fields. */
  readonly overriddenBy: readonly string[]
  /** Line and column, 1-based, of a field given by its path. */
  readonly positionOf: LoadedFleet['positionOf']
}

/** How a Fleet file is read. */
export interface ReadFleetOptions {
  /** What a relative path starts from; the process's own folder when absent. */
  readonly workingFolder?: string
  /** Whether the problems in an error are coloured for a terminal; not when absent. */
  readonly colour?: boolean
  /** What it is read for; to run on target local when absent. */
  readonly purpose?: LoadFleetOptions['purpose']
}

/**
 * Reads a Fleet file.
 * @param path as the person gave it; diagnostics show it so
 * @param environment may override fields, as `FAIRLEAD_<PATH>`
 * @throws UserError with all problems at once
 */
export async function readFleet(
  path: string,
  environment: Environment,
  options: ReadFleetOptions = {},
): Promise<ReadFleet> {
  const { workingFolder = process.cwd() } = options
  const file = resolve(workingFolder, path)
  return readFleetText(await readBoundedFile(file, fleetFileLimitBytes), path, environment, {
    ...options,
    workingFolder,
  })
}

/**
 * The same of a text that is at hand.
 * @param shownAs what it is called in diagnostics
 */
export function readFleetText(
  content: Uint8Array,
  shownAs: string,
  environment: Environment,
  { workingFolder = process.cwd(), colour = false, purpose = 'run' }: ReadFleetOptions = {},
): ReadFleet {
  const file = resolve(workingFolder, shownAs)
  const loaded = loadFleet(content, { file: shownAs, environment, purpose })
  const fleet = requireFleet(loaded, { colour })
  const warnings = loaded.diagnostics.filter(({ severity }) => severity === 'warning')
  const { text, overriddenBy, positionOf } = loaded
  return { fleet, file, shownAs, warnings, text, overriddenBy, positionOf }
}
