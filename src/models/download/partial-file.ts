import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ByteRanges } from './byte-ranges.ts'
import { readPartialState, removePartial, writePartialState } from './partial-state.ts'
import { RunningChecksum } from './running-checksum.ts'

/** How a partial file is opened. */
export interface PartialFileOptions {
  /** Two downloads with the same identity may continue each other. */
  readonly identity: string
  /** Whether what an earlier process left may be continued even when the server named no version of it. */
  readonly continueUnversioned: boolean
  readonly saveEveryMs: number
}

/** An unfinished download on disk: its bytes, which of them are there, and their running checksum. */
export class PartialFile {
  readonly path: string
  readonly ranges: ByteRanges
  /** Length of the whole file, once it is known. */
  totalBytes: number | undefined
  /** The server's name for this version of the file. */
  validator: string | undefined
  /** Whether bytes of an earlier process are among it. */
  wasContinued: boolean
  readonly #file: FileHandle
  readonly #identity: string
  readonly #checksum: RunningChecksum
  readonly #timer: NodeJS.Timeout
  #saving: Promise<void> | undefined

  /** Opens what an earlier process left, or begins anew where that cannot be continued. */
  static async open(path: string, options: PartialFileOptions): Promise<PartialFile> {
    await mkdir(dirname(path), { recursive: true })
    const state = await readPartialState(path)
    const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return open(path, 'wx+', 0o600)
      throw error
    })
    try {
      const ranges = new ByteRanges(state?.ranges.map(([start, end]) => ({ start, end })))
      const { size } = await file.stat()
      const isContinued =
        state !== undefined &&
        state.bytes !== null &&
        state.identity === options.identity &&
        (state.validator !== null || options.continueUnversioned) &&
        (ranges.ranges.at(-1)?.end ?? 0) <= Math.min(size, state.bytes)
      if (!isContinued) await file.truncate(0)
      return new PartialFile(
        path,
        file,
        options,
        isContinued ? state.bytes : null,
        isContinued ? state.validator : null,
        isContinued ? ranges : new ByteRanges(),
      )
    } catch (error) {
      await file.close()
      throw error
    }
  }

  private constructor(
    path: string,
    file: FileHandle,
    options: PartialFileOptions,
    totalBytes: number | null,
    validator: string | null,
    ranges: ByteRanges,
  ) {
    this.path = path
    this.ranges = ranges
    this.totalBytes = totalBytes ?? undefined
    this.validator = validator ?? undefined
    this.wasContinued = ranges.total > 0
    this.#file = file
    this.#identity = options.identity
    this.#checksum = new RunningChecksum(file, () => ranges.prefix)
    this.#timer = setInterval(() => {
      // On a slow disk the last one may still be under way.
      if (this.#saving === undefined) void this.#save()
    }, options.saveEveryMs)
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, offset + written)
      written += bytesWritten
    }
    this.ranges.add({ start: offset, end: offset + bytes.length })
    this.#checksum.wrote(bytes, offset)
  }

  /** Forgets all bytes: the server's file is another one now. */
  async restart(): Promise<void> {
    this.ranges.clear()
    this.totalBytes = undefined
    this.validator = undefined
    this.wasContinued = false
    await this.#checksum.reset()
    await this.#file.truncate(0)
  }

  /** The whole file's checksum, once every byte is there and on disk. */
  async finish(): Promise<string> {
    const checksum = await this.#checksum.finish(this.ranges.total)
    await this.#file.sync()
    return checksum
  }

  /** Keeps what is there for the next process. */
  async close(): Promise<void> {
    // Nothing came: there is nothing to keep.
    if (this.ranges.total === 0) return this.discard()
    clearInterval(this.#timer)
    try {
      await this.#checksum.stop()
      await this.#save()
    } finally {
      await this.#file.close()
    }
  }

  /** Gives up what is there. */
  async discard(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checksum.stop()
    await this.#saving
    await this.#file.close()
    await removePartial(this.path)
  }

  /** One after the other, so that whoever waits for the last one knows that none comes after it. */
  async #save(): Promise<void> {
    const saving = (this.#saving ?? Promise.resolve()).then(() => this.#saveNow()).catch(() => undefined)
    this.#saving = saving
    await saving
    if (this.#saving === saving) this.#saving = undefined
  }

  /** A failure costs no more than the bytes since the last time. */
  async #saveNow(): Promise<void> {
    const state = {
      identity: this.#identity,
      validator: this.validator ?? null,
      bytes: this.totalBytes ?? null,
      ranges: this.ranges.ranges.map(({ start, end }) => [start, end] as const),
    }
    await this.#file.datasync()
    await writePartialState(this.path, state)
  }
}
