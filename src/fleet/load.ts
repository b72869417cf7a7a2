import { LineCounter } from 'yaml'
import type { Purpose } from './activity/active-fields.ts'
import { inactiveFields } from './activity/inactive.ts'
import { runChecks } from './checks/index.ts'
import { salvage, valueAt } from './checks/salvage.ts'
import { formatPath, type Diagnostic, type FieldPath, type Problem } from './diagnostic.ts'
import { decodeText } from './document/decode-text.ts'
import { fleetForm, isFields } from './document/fleet-form.ts'
import { plainValue } from './document/plain-value.ts'
import { readYaml } from './document/read-yaml.ts'
import { applyOverrides } from './environment/overrides.ts'
import { describeFound } from './explain/found.ts'
import { explainIssues } from './explain/issue.ts'
import { migrateDocument } from './migration/migrate-document.ts'
import { inOrder, Locator } from './locator.ts'
import { fleetDocument } from './schema/fleet-document.ts'
import type { Fleet } from './schema/fleet.ts'
import { resolveFleet } from './schema/resolve.ts'

/** What a Fleet text is read with. */
export interface LoadFleetOptions {
  /** Name shown in diagnostics. */
  readonly file: string
  /** Environment for `FAIRLEAD_<PATH>` overrides; none when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Whether it is to run on target local, or to be planned; decides which fields count as acted on. `run` when absent. */
  readonly purpose?: Purpose
}

/** A Fleet, when there is no error, and all that was noticed. */
export interface LoadedFleet {
  readonly fleet?: Fleet
  /** In the order of the file, then those of environment variables. */
  readonly diagnostics: readonly Diagnostic[]
  /** Name of the file as it was given. */
  readonly file: string
  /** The text as it was read, for excerpts. */
  readonly text: string
  /** Names of the environment variables that overrode fields. */
  readonly overriddenBy: readonly string[]
  /** Line and column, 1-based, of a field given as in a diagnostic, such as `models[0].context`. */
  positionOf(path: string): { readonly line: number; readonly column: number } | undefined
}

/** Reads a Fleet from YAML text in its short or Kubernetes form; never throws for what a person wrote. */
export function loadFleet(source: string | Uint8Array, options: LoadFleetOptions): LoadedFleet {
  const { text, problem } = decodeText(source)
  const lines = new LineCounter()
  const parts = { file: options.file, text, lines }
  if (problem !== undefined) {
    countLines(text, lines)
    return refused(new Locator(parts), [problem])
  }
  const yaml = readYaml(text, lines)
  if (yaml.document === undefined) return refused(new Locator(parts), yaml.problems)
  const { value, places, problems } = plainValue(yaml.document)
  const locator = new Locator(parts, places)
  if (!isFields(value)) return refused(locator, problems.length > 0 ? problems : [noFields(value)])
  const form = fleetForm(value)
  const ofDocument = [...problems, ...form.problems]
  if (form.isOtherKind) return refused(locator, ofDocument)
  const migrated = migrateDocument(form.value)
  const { document, variables, problems: ofVariables } = applyOverrides(migrated.document, options.environment ?? {})
  const writtenPath = (path: FieldPath) => form.writtenPath(migrated.formerPath(path))
  const inForm = new Locator(parts, places, writtenPath, variables)
  const read = readFleet(document, inForm, options.purpose ?? 'run')
  const problemsOfForm = new Set(form.problems.map(({ path }) => formatPath(path)))
  const ofFleet = read.problems.filter(({ path }) => {
    // A missing metadata or spec is reported once, not again for the fields that are missing in it.
    const [section] = writtenPath(path)
    return typeof section !== 'string' || section === formatPath(path) || !problemsOfForm.has(section)
  })
  const diagnostics = inOrder([
    ...locator.locate(ofDocument),
    ...inForm.locate([...migrated.problems, ...ofVariables, ...ofFleet]),
  ])
  return loaded(inForm, diagnostics, read.fleet)
}

/** Checks a document in its short form: schema, then what the schema cannot say, then what has no effect yet. */
function readFleet(
  document: unknown,
  locator: Locator,
  purpose: Purpose,
): { readonly fleet?: Fleet; readonly problems: readonly Problem[] } {
  const result = fleetDocument.safeParse(document)
  const issues = result.success ? [] : result.error.issues
  const context = {
    valueAt: (path: FieldPath) => valueAt(document, path),
    textAt: (path: FieldPath) => locator.textAt(path),
  }
  const ofSchema = explainIssues(issues, context)
  const wrong = new Set(ofSchema.flatMap(({ path, meant = path }) => [formatPath(path), formatPath(meant)]))
  const fleet = result.success ? result.data : salvage(document)
  const wrote = (path: FieldPath) => valueAt(document, path) !== undefined
  const findings = fleet === undefined ? [] : runChecks({ fleet, wrote }, wrong)
  for (const { path, severity } of findings) if (severity !== 'warning') wrong.add(formatPath(path))
  const inactive = inactiveFields(document, purpose).filter(({ path }) => !wrong.has(formatPath(path)))
  const problems = [...ofSchema, ...findings, ...inactive]
  return result.success ? { fleet: resolveFleet(result.data), problems } : { problems }
}

function refused(locator: Locator, problems: readonly Problem[]): LoadedFleet {
  return loaded(locator, inOrder(locator.locate(problems)), undefined)
}

function loaded(locator: Locator, diagnostics: readonly Diagnostic[], fleet: Fleet | undefined): LoadedFleet {
  const isSound = diagnostics.every(({ severity }) => severity !== 'error')
  return {
    ...(fleet !== undefined && isSound ? { fleet } : {}),
    diagnostics,
    file: locator.file,
    text: locator.text,
    overriddenBy: locator.variableNames,
    positionOf: (path) => locator.positionOf(path),
  }
}

function noFields(value: unknown): Problem {
  const isEmpty = value === null || value === undefined
  return {
    path: [],
    offset: 0,
    message: isEmpty ? 'the file is empty' : `expected fields such as name and models, found ${describeFound(value)}`,
    suggestion: 'write at least a name and a model; `fairlead init` writes a Fleet file to begin with',
  }
}

/** Tells a line counter of a text that no parser has seen. */
function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0)
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) lines.addNewLine(index + 1)
}
