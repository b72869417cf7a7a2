import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The folder itself, or the nearest one above it that exists: what a command can look at. */
export async function existingFolder(folder: string): Promise<string> {
  const above = dirname(folder)
  if (above === folder) return folder
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isThere ? folder : existingFolder(above)
}
