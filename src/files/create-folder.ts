import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder and those above it. Node's own recursive mkdir tries for ever where the kernel answers ENOENT below a
 * folder that exists, as /proc does.
 */
export async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      if (!(await isFolder(dirname(folder)))) await createFolder(dirname(folder))
      // The folder above may be another process's work of this very moment, so that it is tried again in any case.
      await mkdir(folder).catch(ignoreWhenThere(folder))
    } else await ignoreWhenThere(folder)(error)
  }
}

/** Another process may have created it meanwhile; a read-only file system answers EROFS for what exists, too. */
function ignoreWhenThere(folder: string): (error: unknown) => Promise<void> {
  return async (error) => {
    if (!(await isFolder(folder))) throw error
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
