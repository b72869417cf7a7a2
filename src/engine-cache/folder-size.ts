import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Bytes of all files below a folder; what vanishes meanwhile counts as nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return folderBytes(path)
      return entry.isFile() ? ((await stat(path).catch(() => undefined))?.size ?? 0) : 0
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Tells the growing size of a folder, a quarter of a second after each look, until `signal` fires. */
export async function watchFolderBytes(
  folder: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  while (!signal.aborted) {
    const bytes = await folderBytes(folder)
    if (!signal.aborted) onBytes(bytes)
    await delay(250, undefined, { signal }).catch(() => undefined)
  }
}
