import type { Environment } from '../../files/index.ts'
import type { ProgressReporter } from '../../progress/index.ts'
import type { DownloadSettings } from '../download/index.ts'

/** What a source is given to fetch a model with. */
export interface FetchContext {
  readonly environment: Environment
  readonly progress: ProgressReporter
  readonly signal: AbortSignal
  readonly settings: DownloadSettings
  /** A folder of this source's own, on the store's disk; what stays in it is found by the next pull. */
  readonly workFolder: string
  /** The store's own folder, which outlives the work: named when there is no room. */
  readonly storeFolder: string
  /** The checksum that the person asks for. */
  readonly checksum: string | undefined
  /** Whether the store already has the file with this checksum. */
  hasBlob(checksum: string): Promise<boolean>
}

/** A whole file, its checksum taken while it was written. */
export interface FetchedFile {
  /** Where it is; undefined when the store already has the file with this checksum. */
  readonly path: string | undefined
  readonly checksum: string
  /** What people call it. */
  readonly fileName: string
  /** The exact revision that it is from, such as a commit. */
  readonly revision?: string
}
