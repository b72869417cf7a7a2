import { formatDiagnostics } from '../../fleet/index.ts'
import type { ReadFleet } from '../../operate/index.ts'
import { resolveSources, type ResolvedSource } from '../../operate/planning/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'

/** A Fleet whose sources all say where the files are, and what those of registries were. */
export interface ResolvedRead {
  readonly read: ReadFleet
  readonly sources: readonly ResolvedSource[]
}

/** How a source of a registry is told: `models:/assistant/3 → s3://weights/assistant/3 (version 3, mlflow.example.org)`. */
export const sourceLine = ({ asked, source, version, host, kept }: ResolvedSource): string =>
  `${asked} → ${source} (version ${version}, ${host}${kept === undefined ? '' : `, as told at ${kept.toldAt}`})`

/**
 * Resolves the sources of a Fleet that are in model registries; tells what they mean, unless the command has a better place for it, and
 * what is to be known of it.
 * @throws UserError with each source that cannot be resolved, at its line
 */
export async function resolveFleet(
  read: ReadFleet,
  options: CommandInput['options'],
  { environment, signal, output }: CommandContext,
  { isTold = true }: { readonly isTold?: boolean } = {},
): Promise<ResolvedRead> {
  const offline = options['offline'] === true
  const resolved = await resolveSources(read, { environment, signal, offline })
  if (isTold) for (const source of resolved.sources) output.note(sourceLine(source))
  if (resolved.notes.length > 0) {
    output.warn(formatDiagnostics(resolved.notes, read.text, { colour: output.hasNoteColour }))
  }
  return { read: resolved.read, sources: resolved.sources }
}
