import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { exitCodes, UserError } from '../../errors/index.ts'
import { createFolder, writeFileAtomic } from '../../files/index.ts'
import { importFleet, readVariables, renderMarkdown, renderText, type ImportReport } from '../../import/index.ts'
import { readManifests, type SourceFile } from '../../manifests/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { collectManifestFiles } from '../manifests/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

/** Widest that a report is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead import`. */
export const importHandler: CommandHandler = async ({ args, options }, context) => {
  const { output, workingFolder } = context
  const format = output.json ? 'json' : (readText(options['report']) ?? 'text')
  const target = readText(options['output'])
  const force = options['force'] === true
  if (args.length === 0)
    throw usageError({
      what: 'No file is named',
      mend: 'Name files or folders to import.',
      command: 'fairlead import deploy/ -o fleet.yaml',
    })
  if (target !== undefined) refuseExisting(target, workingFolder, force)
  const name = readText(options['name'])
  const set = readManifests(await readInput(args, context))
  const { fleetText, report } = importFleet(set, name === undefined ? {} : { name })
  if (fleetText !== undefined && target !== undefined)
    await writeFleet(resolve(workingFolder, target), fleetText, force)
  tell(report, format, { fleetText, target, showsKept: options['all'] === true }, context)
  return fleetText === undefined ? exitCodes.answerIsNo : exitCodes.done
}

/** Files that are named; `env` means ./.env, a file named after it, or the environment itself. */
async function readInput(
  args: readonly string[],
  { workingFolder, input, environment, output }: CommandContext,
): Promise<readonly SourceFile[]> {
  const read = async (paths: readonly string[]) => {
    const { files, notes } = await collectManifestFiles(paths, { workingFolder, stdin: input.stream })
    for (const note of notes) output.note(note)
    return files
  }
  const [first, ...others] = args
  if (first !== 'env' || existsSync(join(workingFolder, 'env'))) return read(args)
  if (others.length > 0)
    return (await read(others)).map(({ path, content, size }) =>
      size === undefined ? { path: asEnvironment(path), content } : { path: asEnvironment(path), content, size },
    )
  if (existsSync(join(workingFolder, '.env'))) return read(['.env'])
  return [{ path: 'environment.env', content: readVariables(environment) }]
}

/** Environment files are known by their name. */
const asEnvironment = (path: string) => (/\.env(\.[\w-]+)?$/.test(path) ? path : `${path}.env`)

function refuseExisting(target: string, workingFolder: string, force: boolean): void {
  const there = statSync(resolve(workingFolder, target), { throwIfNoEntry: false })
  if (there?.isDirectory() === true) {
    throw new UserError({
      what: 'The file to write is a folder',
      where: target,
      mend: `Name a file in it, such as ${join(target, 'fleet.yaml')}.`,
    })
  }
  if (there !== undefined && !force) throw exists(target)
}

const exists = (target: string) =>
  new UserError({
    what: 'There is such a file already',
    where: target,
    why: 'fairlead import replaces nothing that it was not told to replace.',
    mend: 'Choose another file with --output, or replace it with --force.',
  })

async function writeFleet(file: string, text: string, force: boolean): Promise<void> {
  await createFolder(dirname(file))
  if (force) return writeFileAtomic(file, text, 0o644)
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? exists(file) : error
  }
}

interface Told {
  readonly fleetText: string | undefined
  readonly target: string | undefined
  readonly showsKept: boolean
}

/** The Fleet goes to standard output where no file is named; the report then goes beside it. */
function tell(
  report: ImportReport,
  format: string,
  { fleetText, target, showsKept }: Told,
  { output }: CommandContext,
): void {
  if (format === 'json') return output.document(report)
  const isBeside = target === undefined && fleetText !== undefined
  if (isBeside) output.write(fleetText)
  const say = isBeside ? (line: string) => output.note(line) : (line: string) => output.line(line)
  const lines =
    format === 'markdown'
      ? renderMarkdown(report).trimEnd().split('\n')
      : renderText(report, isBeside ? output.notePaint : output.paint, showsKept, Math.min(output.columns(), widest))
  for (const line of lines) say(line)
  if (target !== undefined && fleetText !== undefined) {
    output.note(`Wrote ${target}. Look at what needs you, then: fairlead plan ${target}`)
  }
  return undefined
}
