import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { exitCodes, type ExitCode } from '../../errors/index.ts'
import { readBoundedFile, writeFileAtomic } from '../../files/index.ts'
import {
  applyEdits,
  formatGithub,
  formatText,
  lintManifests,
  parseLintConfig,
  rules,
  toJson,
  toSarif,
  type LintOptions,
  type LintReport,
  type Suppression,
} from '../../lint/index.ts'
import { readManifests, type ManifestSet, type SourceFile } from '../../manifests/index.ts'
import { version } from '../../observe/index.ts'
import { askNames } from '../../operate/online/index.ts'
import type { CommandContext, CommandHandler, CommandInput } from '../command.ts'
import { renderTable } from '../console/index.ts'
import { collectManifestFiles } from '../manifests/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

const defaultConfig = '.fairlead-lint.yaml'
const configLimitBytes = 1024 * 1024
/** A mend may make room for another one; it never took more than three rounds. */
const mostRounds = 5

const ruleIds = new Set(rules.map(({ id }) => id))

/** Acts for `fairlead lint`. */
export const lint: CommandHandler = async ({ args, options }, context) => {
  if (options['list-rules'] === true) return listRules(context)
  if (args.length === 0) {
    throw usageError({ what: 'No file or folder was named', command: 'fairlead lint deploy/' })
  }
  const lintOptions = await optionsOf(options, context)
  if (args.includes('-') && options['fix'] === true) {
    throw usageError({
      what: '--fix mends files',
      why: '- is standard input.',
      mend: 'Name a file, or leave --fix out.',
    })
  }
  const { files, notes } = await collectManifestFiles(args, {
    workingFolder: context.workingFolder,
    stdin: context.input.stream,
  })
  for (const note of notes) context.output.note(note)
  let manifests = readManifests(files)
  if (options['fix'] === true) manifests = await mend(files, manifests, lintOptions, context)
  for (const path of args) if (isUnknown(manifests, path)) context.output.note(`${path} is of no kind that lint reads.`)
  const online = options['online'] === true ? await asked(manifests, context) : {}
  const report = lintManifests(manifests, { ...lintOptions, ...online })
  tell(report, manifests, readText(options['format']) ?? 'text', context)
  return exitCodeOf(report, options['strict'] === true)
}

async function asked(manifests: ManifestSet, { environment, signal, output }: CommandContext) {
  const { facts, notes } = await askNames(manifests, { environment, signal })
  for (const note of notes) output.warn(note)
  return { online: facts }
}

async function optionsOf(options: CommandInput['options'], context: CommandContext): Promise<LintOptions> {
  const wanted = readText(options['rule'])
    ?.split(',')
    .map((id) => id.trim())
  const unknown = wanted?.find((id) => !ruleIds.has(id))
  if (unknown !== undefined) {
    throw usageError({
      what: `There is no rule ${unknown}`,
      mend: 'List them all.',
      command: 'fairlead lint --list-rules',
    })
  }
  const suppressions = await readConfig(readText(options['config']), context)
  return { suppressions, ...(wanted === undefined ? {} : { rules: wanted }) }
}

async function readConfig(
  named: string | undefined,
  { workingFolder }: CommandContext,
): Promise<readonly Suppression[]> {
  const path = named ?? defaultConfig
  const file = resolve(workingFolder, path)
  if (named === undefined && (await stat(file).catch(() => undefined)) === undefined) return []
  const bytes = await readBoundedFile(file, configLimitBytes)
  return parseLintConfig(bytes.toString('utf8'), path, ruleIds)
}

/** Applies safe edits until none is left, and writes the files that changed. */
async function mend(
  files: readonly SourceFile[],
  read: ManifestSet,
  options: LintOptions,
  { output, workingFolder }: CommandContext,
): Promise<ManifestSet> {
  const contents = new Map(files.map((file) => [file.path, file]))
  const changed = new Set<string>()
  let manifests = read
  for (let round = 0; round < mostRounds; round += 1) {
    const { findings } = lintManifests(manifests, options)
    const edits = Map.groupBy(
      findings.flatMap((finding) => finding.edits ?? []),
      ({ file }) => file,
    )
    if (edits.size === 0) break
    for (const [path, ofFile] of edits) {
      if (
        !isPlain(
          files.find((file) => file.path === path),
          read.texts.get(path),
        )
      ) {
        output.warn(`${path} is not plain UTF-8 and is left as it is.`)
        return read
      }
      contents.set(path, { path, content: applyEdits(manifests.texts.get(path) ?? '', ofFile) })
      changed.add(path)
    }
    manifests = readManifests([...contents.values()])
  }
  for (const path of changed) {
    const file = resolve(workingFolder, path)
    const { mode } = await stat(file)
    await writeFileAtomic(file, manifests.texts.get(path) ?? '', mode & 0o777)
  }
  if (changed.size > 0) output.note(`Mended ${[...changed].join(', ')}.`)
  return manifests
}

/** Whether a file's text is its bytes, so that writing the text back changes nothing but what is mended. */
function isPlain(file: SourceFile | undefined, text: string | undefined): boolean {
  if (file === undefined || text === undefined) return false
  return typeof file.content === 'string' ? file.content === text : Buffer.from(text, 'utf8').equals(file.content)
}

function tell(report: LintReport, { texts }: ManifestSet, format: string, { output }: CommandContext): void {
  if (format === 'json') output.document(toJson(report.findings))
  else if (format === 'sarif') output.document(toSarif(report.findings, rules, version))
  else if (format === 'github') {
    if (report.findings.length > 0) output.line(formatGithub(report.findings))
  } else output.line(formatText(report, texts, { colour: output.paint.bold('x') !== 'x' }))
}

/** Whether a file was read, and holds neither a manifest nor anything else that rules look at. */
function isUnknown({ texts, documents, problems, containers, engineInvocations }: ManifestSet, path: string): boolean {
  if (!texts.has(path) || problems.some(({ position }) => position.file === path)) return false
  const isKnown = ({ format, file }: ManifestSet['documents'][number]) =>
    file === path && format !== 'unknown' && format !== 'data'
  const isIn = ({ document }: { readonly document: ManifestSet['documents'][number] }) => document.file === path
  return !documents.some(isKnown) && !containers.some(isIn) && !engineInvocations.some(isIn)
}

function exitCodeOf({ findings }: LintReport, isStrict: boolean): ExitCode {
  const isNo = findings.some(({ severity }) => severity === 'error' || (isStrict && severity === 'warning'))
  return isNo ? exitCodes.answerIsNo : exitCodes.done
}

function listRules({ output }: CommandContext): ExitCode {
  if (output.json) {
    output.document(rules.map(({ check: _check, ...rule }) => rule))
    return exitCodes.done
  }
  const rows = rules.map(({ id, severity, isFixable, what }) => [id, severity, isFixable === true ? 'yes' : '', what])
  const columns = [{ title: 'RULE' }, { title: 'SEVERITY' }, { title: 'FIX' }, { title: 'WHAT' }]
  for (const line of renderTable(columns, rows)) output.line(line)
  return exitCodes.done
}
