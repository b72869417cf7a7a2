import { rm } from 'node:fs/promises'
import type { PullContext } from '../contract.ts'
import { checksumOfFile } from '../sources/index.ts'
import type { StoreLayout } from './layout.ts'
import { fileFacts } from './stored-file.ts'

/**
 * Reads a blob, whole, and says whether it is there with the content that its name promises.
 * One with other content is removed, so that it takes no room from the one that replaces it.
 */
export async function checkBlob(
  layout: StoreLayout,
  checksum: string,
  title: string,
  { progress, signal }: PullContext,
): Promise<boolean> {
  const path = layout.blob(checksum)
  const before = await fileFacts(path)
  if (before === undefined) return false
  const step = progress.step(`Checking ${title}`, before.bytes)
  // A file that cannot be read, as on a bad disk, is worth no more than one with other content.
  const found = await checksumOfFile(path, step, signal).catch(() => undefined)
  if (found === checksum) {
    step.succeed()
    return true
  }
  step.fail(signal.aborted ? 'interrupted' : 'damaged; it is fetched again')
  signal.throwIfAborted()
  const after = await fileFacts(path)
  // Another process may have replaced it meanwhile.
  if (after?.modifiedNs === before.modifiedNs && after.bytes === before.bytes) await rm(path, { force: true })
  return false
}
