import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { exitCodes, type ExitCode } from '../../errors/index.ts'
import { formatDiagnostics, targetNames, type TargetName } from '../../fleet/index.ts'
import { version } from '../../observe/index.ts'
import type { ReadFleet } from '../../operate/index.ts'
import { readChatTemplates, readGeometries, renderFleet, type RenderedFleet } from '../../operate/planning/index.ts'
import {
  filesOf,
  helmOf,
  isObject,
  kustomizeOf,
  streamOf,
  textOf,
  writeFolder,
  type OutputFile,
  type WrittenFolder,
} from '../../targets/index.ts'
import type { CommandContext, CommandHandler, CommandInput } from '../command.ts'
import { openFleet, purposeOf, resolveFleet } from '../fleets/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { readRendered, unifiedDiff } from '../render/index.ts'

/** Acts for `fairlead render`. */
export const render: CommandHandler = async (input, context) => {
  const { args, options } = input
  const { output, workingFolder } = context
  const read = await openFor(args[0], options, context)
  const rendered = await renderOne(read, options, context)
  if (rendered.notes.length > 0) {
    output.warn(formatDiagnostics(rendered.notes, read.text, { colour: output.hasNoteColour }))
  }
  const files = inFormat(rendered, read, options)
  const other = readText(options['diff'])
  if (other !== undefined) return tellDifference(await filesAt(other, input, context), files, context)
  const folder = readText(options['output'])
  if (folder !== undefined) {
    tellWritten(await writeFolder(resolve(workingFolder, folder), files), folder, context)
    return exitCodes.done
  }
  tellText(rendered, files, context)
  return exitCodes.done
}

type Options = CommandInput['options']

/** The target that is asked for; the Fleet’s own when none is. */
const targetIn = (options: Options): TargetName | undefined => targetNames.find((name) => name === options['target'])

async function openFor(argument: string | undefined, options: Options, context: CommandContext): Promise<ReadFleet> {
  const opened = await openFleet(argument, context, purposeOf(targetIn(options)))
  return (await resolveFleet(opened, options, context)).read
}

async function renderOne(read: ReadFleet, options: Options, context: CommandContext): Promise<RenderedFleet> {
  const { environment, signal } = context
  const offline = options['offline'] === true
  const geometries = await readGeometries(read.fleet, { environment, signal, offline })
  const target = targetIn(options) ?? read.fleet.targets.default
  const gateway = options['without-gateway'] !== true
  const files = target === 'local' ? {} : await readChatTemplates(read)
  return renderFleet(read, { target, version, environment, gateway, files, geometries })
}

function inFormat({ artifacts }: RenderedFleet, { fleet }: ReadFleet, options: Options): OutputFile[] {
  const format = options['format']
  if (format !== 'kustomize' && format !== 'helm') return filesOf(artifacts)
  if (artifacts.some(isObject)) {
    return format === 'helm' ? chartOf(artifacts, fleet) : kustomizeOf(artifacts, fleet.name)
  }
  throw usageError({
    what: `This target has no Kubernetes objects, and ${format === 'helm' ? 'Helm' : 'Kustomize'} knows nothing else`,
    mend: 'Leave --format out, or render for kubernetes, kserve or llmd.',
  })
}

/** A chart in place of objects: their namespace becomes the release's. */
function chartOf(artifacts: RenderedFleet['artifacts'], { name }: ReadFleet['fleet']): OutputFile[] {
  const namespace = artifacts.find(isObject)?.object.metadata.namespace
  return helmOf(artifacts, { fleet: name, version, namespace })
}

/** What is compared with: another Fleet file, rendered alike, or a folder that was rendered before. */
async function filesAt(path: string, { options }: CommandInput, context: CommandContext): Promise<OutputFile[]> {
  const place = resolve(context.workingFolder, path)
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() === true) return readRendered(place)
  const read = await openFor(path, options, context)
  return inFormat(await renderOne(read, options, context), read, options)
}

function tellDifference(
  before: readonly OutputFile[],
  after: readonly OutputFile[],
  context: CommandContext,
): ExitCode {
  const { output } = context
  const text = unifiedDiff(before, after)
  if (output.json) output.document({ differs: text !== '', diff: text })
  else if (text === '') output.note('Nothing differs.')
  else for (const line of text.trimEnd().split('\n')) output.line(coloured(line, output.paint))
  return text === '' ? exitCodes.done : exitCodes.answerIsNo
}

function coloured(line: string, paint: CommandContext['output']['paint']): string {
  if (/^(---|\+\+\+) /.test(line)) return paint.bold(line)
  if (line.startsWith('@@')) return paint.cyan(line)
  if (line.startsWith('+')) return paint.green(line)
  return line.startsWith('-') ? paint.red(line) : line
}

function tellWritten(result: WrittenFolder, folder: string, { output }: CommandContext): void {
  if (output.json) return output.document({ folder, ...result })
  const { written, unchanged, removed, kept } = result
  const names = (verb: string, paths: readonly string[]) => paths.map((path) => `${verb} ${folder}/${path}`)
  for (const line of [...names('wrote', written), ...names('removed', removed), ...names('kept', kept)])
    output.line(line)
  if (unchanged.length > 0) output.note(`${unchanged.length} files are as they were.`)
}

/** On standard output: the objects as one stream, or the main file; files beside it are named. */
function tellText({ artifacts }: RenderedFleet, files: readonly OutputFile[], { output }: CommandContext): void {
  if (output.json) {
    output.document(artifacts.map((artifact) => (artifact.kind === 'object' ? artifact.object : artifact)))
    return
  }
  const [first] = artifacts
  if (artifacts.some(isObject)) output.write(streamOf(artifacts))
  else if (first !== undefined) output.write(textOf(first))
  const others = artifacts.some(isObject)
    ? files.filter((_, index) => artifacts[index]?.kind !== 'object')
    : files.slice(1)
  if (others.length === 0) return
  output.note(`Beside it, with --output DIR: ${others.map(({ path }) => path).join(', ')}`)
}
