import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createFolder } from './create-folder.ts'

/**
 * Writes a file so that readers see the old content or the new, never a part:
 * a temporary file beside it, fsync, then rename (POSIX rename(2) is atomic).
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await createFolder(dirname(path))
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    // Nobody knows the other name.
    if (error instanceof Error && 'path' in error && error.path === temporary) error.path = path
    throw error
  }
}
