import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../../../errors/index.ts'
import { createFolder, writeFileAtomic } from '../../../files/index.ts'
import type { OutputFile } from './files.ts'

/** Names the files of a rendering, so that the next one can remove those that are gone. */
const recordName = '.fairlead-render.json'

/** What became of the files of a folder. */
export interface WrittenFolder {
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
  /** Of an earlier rendering, and no more part of it. */
  readonly removed: readonly string[]
  /** Of a person, who may have changed them; left as they are. */
  readonly kept: readonly string[]
}

/** Writes a rendering: only what differs, and what an earlier rendering wrote and this one has not is removed. */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<WrittenFolder> {
  const before = await recordOf(folder)
  const result = { written: [] as string[], unchanged: [] as string[], removed: [] as string[], kept: [] as string[] }
  for (const { path, text } of files) {
    const there = await contentOf(join(folder, path))
    if (there === text) result.unchanged.push(path)
    else if (there !== undefined && isForPeople(path)) result.kept.push(path)
    else if (there !== undefined && !before.has(path)) throw refuseForeign(join(folder, path))
    else {
      await createFolder(dirname(join(folder, path)))
      await writeFileAtomic(join(folder, path), text, 0o644)
      result.written.push(path)
    }
  }
  const now = new Set(files.map(({ path }) => path))
  for (const path of before) {
    if (now.has(path) || isForPeople(path)) continue
    await rm(join(folder, path), { force: true })
    result.removed.push(path)
  }
  await writeFileAtomic(join(folder, recordName), `${JSON.stringify([...now].sort(), null, 2)}\n`, 0o644)
  return result
}

/** Overlays, values and secrets are written once, to begin with. */
const isForPeople = (path: string) => path.startsWith('overlays/') || path === '.env'

/** Nobody who writes into the record gets a file outside the folder removed. */
const isInside = (name: unknown): name is string => typeof name === 'string' && !/^\/|(^|\/)\.\.(\/|$)/.test(name)

/** The files of an earlier rendering, as its folder records them; none where it records nothing. */
export async function recordOf(folder: string): Promise<ReadonlySet<string>> {
  const text = await contentOf(join(folder, recordName))
  if (text === undefined) return new Set()
  try {
    const names: unknown = JSON.parse(text)
    return new Set(Array.isArray(names) ? names.filter(isInside) : [])
  } catch {
    return new Set()
  }
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function refuseForeign(file: string): UserError {
  return new UserError({
    what: 'There is such a file already, and it is not of an earlier rendering',
    where: file,
    why: 'fairlead render replaces nothing that it has not written itself.',
    mend: 'Choose another folder with --output, or move the file away.',
  })
}
