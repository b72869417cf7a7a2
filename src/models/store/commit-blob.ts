import { chmod, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a whole, checked and synced file part of the store: rename(2) is atomic, so a blob is there whole or not at all;
 * syncing the folder makes it stay after a power cut.
 */
export async function commitBlob(path: string, blobPath: string): Promise<void> {
  const folder = dirname(blobPath)
  await mkdir(folder, { recursive: true })
  await chmod(path, 0o444)
  await rename(path, blobPath)
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
