import { formatDiagnostics, targetNames, type TargetName } from '../../fleet/index.ts'
import { version } from '../../observe/index.ts'
import { readFleet, type FleetSource, type ReadFleet } from '../../operate/index.ts'
import { readChatTemplates, readGeometries, renderSource } from '../../operate/planning/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { openFleet } from './open-fleet.ts'
import { resolveFleet } from './resolve-fleet.ts'

/** A Fleet file as it is applied. */
export interface OpenedForTarget {
  readonly target: TargetName
  /** With what is rendered, for a target that is rendered. */
  readonly source: FleetSource
  readonly read: ReadFleet
}

/**
 * Reads a Fleet file and renders it for its target; tells its warnings.
 * @throws UserError with every problem of the file
 */
export async function openForTarget(
  argument: string | undefined,
  options: CommandInput['options'],
  context: CommandContext,
  { asksHub = options['offline'] !== true }: { readonly asksHub?: boolean } = {},
): Promise<OpenedForTarget> {
  const target = targetNames.find((name) => name === options['target']) ?? (await ownTarget(argument, context))
  const opened = await openFleet(argument, context, target === 'local' ? 'run' : target)
  const { read } = await resolveFleet(opened, options, context)
  if (target === 'local') return { target, source: read, read }
  const { environment, signal, output } = context
  const geometries = await readGeometries(read.fleet, { environment, signal, offline: !asksHub })
  const files = await readChatTemplates(read)
  const { source, notes } = renderSource(read, { target, version, environment, gateway: true, files, geometries })
  if (notes.length > 0) output.warn(formatDiagnostics(notes, read.text, { colour: output.hasNoteColour }))
  return { target, source, read }
}

/** The target that the file itself names; local where it cannot be read, and the reading that follows says why. */
async function ownTarget(argument: string | undefined, context: CommandContext): Promise<TargetName> {
  const { environment, workingFolder } = context
  const path = argument ?? 'fleet.yaml'
  const read = await readFleet(path, environment, { workingFolder, purpose: 'plan' }).catch(() => undefined)
  return read?.fleet.targets.default ?? 'local'
}
