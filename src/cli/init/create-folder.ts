import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder and those above it that are missing. Node's own recursive mkdir never ends where a file system
 * answers ENOENT to mkdir, as /proc does.
 */
export async function createFolder(folder: string): Promise<void> {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  await createFolder(dirname(folder))
  await mkdir(folder)
}
