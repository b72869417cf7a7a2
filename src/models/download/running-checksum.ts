import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

const readBytes = 1024 * 1024

/**
 * SHA-256 of a file while it is being written. Bytes that come in order are hashed as they pass;
 * those that came early are read back once the gap before them is closed, mostly from the page cache.
 */
export class RunningChecksum {
  readonly #file: FileHandle
  readonly #prefix: () => number
  #hash = createHash('sha256')
  #position = 0
  #catchingUp: Promise<void> | undefined

  /** `prefix` tells how many bytes from the start are on disk without a gap. */
  constructor(file: FileHandle, prefix: () => number) {
    this.#file = file
    this.#prefix = prefix
  }

  /** To be called after `bytes` were written at `offset`. */
  wrote(bytes: Uint8Array, offset: number): void {
    if (this.#catchingUp === undefined && offset === this.#position) {
      this.#hash.update(bytes)
      this.#position += bytes.length
    }
    this.#start()
  }

  /** The file begins anew. */
  async reset(): Promise<void> {
    await this.#catchingUp?.catch(() => undefined)
    this.#catchingUp = undefined
    this.#hash = createHash('sha256')
    this.#position = 0
  }

  /** The checksum as `sha256:` and 64 hexadecimal digits, of all `bytes` of the file. */
  async finish(bytes: number): Promise<string> {
    this.#start()
    await this.#catchingUp
    if (this.#position !== bytes) throw new Error(`${this.#position} of ${bytes} bytes were checked`)
    return `sha256:${this.#hash.digest('hex')}`
  }

  /** Lets the file be closed. */
  async stop(): Promise<void> {
    await this.#catchingUp?.catch(() => undefined)
  }

  #start(): void {
    if (this.#catchingUp !== undefined || this.#position >= this.#prefix()) return
    const work = this.#catchUp()
    this.#catchingUp = work
    // `finish` awaits the failure; nobody else needs to know of it before.
    work.catch(() => undefined)
  }

  async #catchUp(): Promise<void> {
    const buffer = Buffer.allocUnsafe(readBytes)
    while (this.#position < this.#prefix()) {
      const wanted = Math.min(readBytes, this.#prefix() - this.#position)
      const { bytesRead } = await this.#file.read(buffer, 0, wanted, this.#position)
      if (bytesRead === 0) throw new Error('the file became shorter while it was written')
      this.#hash.update(buffer.subarray(0, bytesRead))
      this.#position += bytesRead
    }
    this.#catchingUp = undefined
  }
}
