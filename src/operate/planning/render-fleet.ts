import { exitCodes, UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { formatDiagnostics, type Diagnostic, type TargetName } from '../../fleet/index.ts'
import { makePlan, type PlanFacts, type PlanWarning } from '../../plan/index.ts'
import { findRenderer, renderers, type Rendering } from '../../targets/index.ts'
import type { ReadFleet } from '../read-fleet.ts'

/** What a Fleet is rendered with. */
export interface RenderFleetOptions {
  readonly target: TargetName
  readonly version: string
  readonly environment: Environment
  readonly gateway: boolean
  /** Texts of files that the Fleet names for engines, by the names that it gives them. */
  readonly files?: Readonly<Record<string, string>>
  readonly geometries?: PlanFacts['geometries']
  /** Whether the target itself is asked afterwards: which Secrets there have to be is then told by what it lacks. */
  readonly isForTarget?: boolean
}

/** What came out of a Fleet, and what a person should know of it, with its place in the file. */
export interface RenderedFleet extends Pick<Rendering, 'artifacts' | 'fetchers'> {
  readonly notes: readonly Diagnostic[]
}

/**
 * A Fleet as a target's own files or objects.
 * @throws UserError for a target that is not rendered, and for what the target cannot express, with every place at once
 */
export function renderFleet(read: ReadFleet, options: RenderFleetOptions): RenderedFleet {
  const { target, version, environment, gateway, files = {}, geometries, isForTarget = false } = options
  const renderer = findRenderer(target)
  if (renderer === undefined) throw refuseTarget(target)
  const plan = makePlan(read.fleet, { target, ...(geometries === undefined ? {} : { geometries }) })
  const overrides = Object.fromEntries(read.overriddenBy.map((name) => [name, environment[name] ?? '']))
  const { artifacts, notes, fetchers } = renderer.render(plan, {
    version,
    fleetText: read.pinnedText ?? read.text,
    overrides,
    files,
    gateway,
  })
  const told = notes.filter(({ id }) => !isForTarget || id !== 'secrets-needed').map((note) => diagnosticOf(note, read))
  const errors = told.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    throw new UserError({
      what: `Target ${target} cannot express ${errors.length === 1 ? 'something' : `${errors.length} things`} of this Fleet`,
      why: formatDiagnostics(errors, read.text),
      mend: 'Change what is listed, or choose another target, and run the command again.',
      exitCode: exitCodes.answerIsNo,
    })
  }
  return { artifacts, notes: told, ...(fetchers === undefined ? {} : { fetchers }) }
}

function diagnosticOf(
  { severity, path, message, suggestion }: PlanWarning,
  { shownAs, positionOf }: ReadFleet,
): Diagnostic {
  const { line, column } = nearest(path, positionOf)
  return {
    severity: severity === 'error' ? 'error' : 'warning',
    file: shownAs,
    line,
    column,
    path,
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}

/** The place of a field, or of the nearest one above it that stands in the file. */
function nearest(
  path: string,
  positionOf: ReadFleet['positionOf'],
): { readonly line: number; readonly column: number } {
  for (let at = path; at !== ''; at = at.replace(/(\.|\[)?[^.[]*$/, '')) {
    const position = positionOf(at)
    if (position !== undefined) return position
  }
  return { line: 1, column: 1 }
}

function refuseTarget(target: TargetName): UserError {
  const names = renderers.map(({ name }) => name).join(', ')
  return new UserError({
    what: `There is nothing to render for target ${target}`,
    why:
      target === 'local'
        ? 'It runs processes on this machine, with no files of its own.'
        : 'This version of Fairlead does not render it yet.',
    mend: `Run \`fairlead up\`, or render for one of ${names} with --target.`,
    exitCode: exitCodes.usage,
  })
}
