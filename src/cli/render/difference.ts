import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { OutputFile } from '../../targets/index.ts'

/** Lines around each change. */
const context = 3
/** Files of a folder that are read at the most; a rendering of 200 models has about 2,000. */
const mostFiles = 20_000

/** The YAML and text files of a folder that was rendered before, by path. */
export async function readRendered(folder: string): Promise<OutputFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .slice(0, mostFiles)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Promise.all(
    paths.map(async (path) => ({
      path: path.slice(folder.length).replace(/^\/+/, ''),
      text: await readFile(path, 'utf8'),
    })),
  )
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
