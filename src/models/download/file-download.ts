import type { HttpClient } from './http-client.ts'
import type { FileAddress } from './range-source.ts'
import type { DownloadSettings } from './settings.ts'

/** A file to fetch. */
export interface FileDownload {
  readonly client: HttpClient
  readonly address: FileAddress
  /** What people call it. */
  readonly title: string
  /** Where its bytes are kept until they are whole. */
  readonly partialPath: string
  /** A folder on the same disk that outlives the download: named when there is no room. */
  readonly storeFolder: string
  /** Two downloads with the same identity may continue each other. */
  readonly identity: string
  /** Length that it must have, where that is known. */
  readonly expectedBytes: number | undefined
  /** Whether the caller knows its checksum and so finds out whether continuing went wrong. */
  readonly isChecked: boolean
  readonly settings: DownloadSettings
  readonly signal: AbortSignal
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void
}
