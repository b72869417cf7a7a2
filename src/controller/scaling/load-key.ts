import { join } from 'node:path'
import { readBoundedFile } from '../../files/index.ts'

/** A key is far shorter. */
const longestBytes = 16 * 1024

/** Where the key of a Fleet is in a folder: `<namespace>.<name>`, as keys of Secrets may be called. */
export const keyFileOf = (namespace: string, fleet: string): string => `${namespace}.${fleet}`

/**
 * The key with the scope `admin` by which a Fleet’s gateways tell their load; undefined where the folder has none for it. Read
 * each time, since a mounted Secret changes under our feet.
 */
export async function readLoadKey(
  folder: string | undefined,
  namespace: string,
  fleet: string,
): Promise<string | undefined> {
  if (folder === undefined) return undefined
  try {
    const text = (await readBoundedFile(join(folder, keyFileOf(namespace, fleet)), longestBytes)).toString('utf8')
    return text.trim() === '' ? undefined : text.trim()
  } catch {
    // Absent, or not yet readable: whoever asks is told by the gateway that it wants a key.
    return undefined
  }
}
