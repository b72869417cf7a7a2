/** How downloads behave; tests shorten the times. */
export interface DownloadSettings {
  /** Connections to one server at once. */
  readonly connections: number
  /** Bytes that one request asks for. */
  readonly pieceBytes: number
  readonly connectTimeoutMs: number
  /** A response that brings less than `stallBytes` in this time is dropped and asked for again. */
  readonly stallMs: number
  readonly stallBytes: number
  /** Failures in a row, without progress in between, after which it is given up. */
  readonly attempts: number
  /** Wait after the first failure; doubles with each further one, up to `longestBackoffMs`. */
  readonly firstBackoffMs: number
  readonly longestBackoffMs: number
  /** How often progress is noted on disk, so that a killed process loses no more than this. */
  readonly saveEveryMs: number
}

/**
 * Four connections fill most lines that one does not (one TCP flow over 100 ms at 4 MB window is 40 MB/s);
 * more would burden the hub. Pieces of 16 MiB keep requests few and lose little to a dropped connection.
 */
export const defaultDownloadSettings: DownloadSettings = {
  connections: 4,
  pieceBytes: 16 * 1024 * 1024,
  connectTimeoutMs: 15_000,
  stallMs: 30_000,
  stallBytes: 4096,
  attempts: 6,
  firstBackoffMs: 500,
  longestBackoffMs: 20_000,
  saveEveryMs: 1000,
}
