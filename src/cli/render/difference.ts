import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { recordOf, type OutputFile } from '../../targets/index.ts'

/** Lines around each change. */
const context = 3
/** Files of a folder that are read at the most; a rendering of 200 models has about 2,000. */
const mostFiles = 20_000

/**
 * The files of a folder that was rendered before, by path: those that it records. What else lies there, such as filled-in
 * secrets, is a person's and never shown. A folder without a record is read as it is.
 */
export async function readRendered(folder: string): Promise<OutputFile[]> {
  const recorded = [...(await recordOf(folder))]
  const paths = recorded.length > 0 ? recorded : await visibleFiles(folder)
  const files = paths
    .slice(0, mostFiles)
    .sort()
    .map(async (path) => {
      const text = await readFile(join(folder, path), 'utf8').catch(ignoreMissing)
      return text === undefined ? [] : [{ path, text }]
    })
  return (await Promise.all(files)).flat()
}

async function visibleFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\/+/, ''))
}

/** A file that somebody removed since is one that the next rendering adds. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** What turns one rendering into another, as a unified diff; empty when nothing differs. */
export function unifiedDiff(before: readonly OutputFile[], after: readonly OutputFile[]): string {
  const old = new Map(before.map(({ path, text }) => [path, text]))
  const now = new Map(after.map(({ path, text }) => [path, text]))
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort()
  return paths
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => {
      const [from, to] = [old.get(path), now.get(path)]
      const [fromName, toName] = [
        from === undefined ? '/dev/null' : `a/${path}`,
        to === undefined ? '/dev/null' : `b/${path}`,
      ]
      const patch = createTwoFilesPatch(fromName, toName, from ?? '', to ?? '', undefined, undefined, { context })
      // Without the line of equals signs that stands before each file's patch.
      return patch.replace(/^=+\n/, '')
    })
    .join('')
}
