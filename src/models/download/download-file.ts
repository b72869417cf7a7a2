import { UserError } from '../../errors/index.ts'
import { diskFullError, isDiskFull } from '../disk/index.ts'
import type { FileDownload } from './file-download.ts'
import { Filling } from './filling.ts'
import { PartialFile } from './partial-file.ts'
import { ContentChanged } from './read-range.ts'

/** A file that is whole, at the download's `partialPath`. */
export interface DownloadedFile {
  readonly bytes: number
  readonly checksum: string
  /** Whether an earlier process fetched some of it. */
  readonly wasContinued: boolean
}

/** A file that changes more often than this during one download is given up. */
const maxRestarts = 3

/**
 * Downloads a file in parts over several connections, continuing what an earlier process left; where the server
 * does not serve parts, in one go. On failure what came is kept, except when the disk is full.
 */
export async function downloadFile(download: FileDownload): Promise<DownloadedFile> {
  const partial = await PartialFile.open(download.partialPath, {
    identity: download.identity,
    continueUnversioned: download.isChecked,
    saveEveryMs: download.settings.saveEveryMs,
  })
  let isDiscarded = false
  try {
    await fillWithRestarts(download, partial)
    const checksum = await partial.finish()
    return { bytes: partial.ranges.total, checksum, wasContinued: partial.wasContinued }
  } catch (error) {
    if (!isDiskFull(error)) throw error
    const missing = partial.totalBytes === undefined ? undefined : partial.totalBytes - partial.ranges.total
    const full = await diskFullError(download.storeFolder, missing, error)
    isDiscarded = true
    await partial.discard()
    throw full
  } finally {
    if (!isDiscarded) await partial.close()
  }
}

async function fillWithRestarts(download: FileDownload, partial: PartialFile): Promise<void> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      await new Filling(download, partial).run()
      return
    } catch (error) {
      if (!(error instanceof ContentChanged)) throw error
      if (restarts >= maxRestarts) {
        throw new UserError({
          what: `${download.title} changes on the server while it is downloaded`,
          where: download.address.url.host,
          why: error.message,
          mend: 'Try again later, or name a fixed revision.',
          cause: error,
        })
      }
      await partial.restart()
    }
  }
}
