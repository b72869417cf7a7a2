import { UserError } from '../../errors/index.ts'
import { checkRoom } from '../disk/index.ts'
import type { ByteRange } from './byte-ranges.ts'
import type { FileDownload } from './file-download.ts'
import type { PartialFile } from './partial-file.ts'
import { RangeSource } from './range-source.ts'
import { ContentChanged, type OpenedRange } from './read-range.ts'
import { PassingFailure, RetryBudget } from './retry.ts'
import { watchedBody } from './watched-body.ts'

/** An attempt that brought this much was worth it: its failure does not count with those before. */
const progressBytes = 65_536

/** One pass over what is missing of a partial file. */
export class Filling {
  readonly #download: FileDownload
  readonly #partial: PartialFile
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #source: RangeSource
  #queue: ByteRange[] = []

  constructor(download: FileDownload, partial: PartialFile) {
    this.#download = download
    this.#partial = partial
    this.#signal = AbortSignal.any([download.signal, this.#stop.signal])
    this.#source = new RangeSource(download.client, download.address, this.#signal)
  }

  async run(): Promise<void> {
    const first = await this.#begin()
    if (first === undefined) return
    this.#queue = this.#missing()
    let failure: unknown
    const connections = Math.max(1, Math.min(this.#download.settings.connections, this.#queue.length))
    const workers = Array.from({ length: connections }, (_, index) =>
      this.#work(index === 0 ? first : undefined).catch((error: unknown) => {
        failure ??= error
        this.#stop.abort(error)
      }),
    )
    await Promise.all(workers)
    if (failure !== undefined) throw failure
  }

  #missing(): ByteRange[] {
    const { pieceBytes } = this.#download.settings
    const { totalBytes, ranges } = this.#partial
    return totalBytes === undefined ? [{ start: 0, end: pieceBytes }] : ranges.missing(totalBytes, pieceBytes)
  }

  /** Opens the first missing part. Undefined when all is there, or the server sent all in one go. */
  async #begin(): Promise<OpenedRange | undefined> {
    const budget = new RetryBudget(this.#download.settings)
    for (;;) {
      try {
        this.#download.signal.throwIfAborted()
        const [wanted] = this.#missing()
        if (wanted === undefined) return undefined
        const opened = await this.#source.open(wanted, this.#partial.validator)
        if (opened.isPart) {
          await this.#agree(opened)
          return opened
        }
        await this.#readWhole(opened)
        return undefined
      } catch (error) {
        await budget.failed(error, this.#download.signal)
      }
    }
  }

  async #readWhole(opened: OpenedRange): Promise<void> {
    await this.#partial.restart()
    await this.#agree(opened)
    const position = await this.#read(opened)
    if (opened.totalBytes !== undefined && position !== opened.totalBytes) throw this.#cut()
    const { expectedBytes } = this.#download
    if (expectedBytes !== undefined && position !== expectedBytes) throw this.#wrongLength(position, expectedBytes)
    this.#partial.totalBytes = position
  }

  async #work(opened: OpenedRange | undefined): Promise<void> {
    const budget = new RetryBudget(this.#download.settings)
    let given = opened
    for (let piece = this.#queue.shift(); piece !== undefined; piece = this.#queue.shift()) {
      const reached = { position: piece.start }
      let failure: unknown
      try {
        const part = given ?? (await this.#openPart(piece))
        given = undefined
        await this.#read(part, reached)
        if (reached.position !== part.range.end) throw this.#cut()
      } catch (error) {
        failure = error
      }
      // Before waiting, so that another connection may take it.
      if (reached.position < piece.end) this.#queue.unshift({ start: reached.position, end: piece.end })
      const isWorthIt = failure === undefined || reached.position - piece.start >= progressBytes
      if (isWorthIt) budget.succeeded()
      if (failure !== undefined) await budget.failed(failure, this.#signal)
    }
  }

  async #openPart(piece: ByteRange): Promise<OpenedRange> {
    const opened = await this.#source.open(piece, this.#partial.validator)
    try {
      if (!opened.isPart) throw new ContentChanged('the server began to send the file from its start')
      await this.#agree(opened)
      return opened
    } catch (error) {
      opened.answer.body.destroy()
      throw error
    }
  }

  async #read(opened: OpenedRange, reached = { position: opened.range.start }): Promise<number> {
    const limit = opened.range.end
    for await (const bytes of watchedBody(opened.answer, this.#download.settings)) {
      this.#signal.throwIfAborted()
      if (reached.position + bytes.length > limit) {
        throw new PassingFailure(`${opened.answer.url.host} sent more than it announced`)
      }
      await this.#partial.write(bytes, reached.position)
      reached.position += bytes.length
      this.#download.onProgress(this.#partial.ranges.total, this.#partial.totalBytes)
    }
    return reached.position
  }

  /** Checks that the answer belongs to the file whose bytes are on disk, and that there is room for it. */
  async #agree(opened: OpenedRange): Promise<void> {
    const { totalBytes, validator } = opened
    const { expectedBytes } = this.#download
    if (expectedBytes !== undefined && totalBytes !== undefined && totalBytes !== expectedBytes) {
      opened.answer.body.destroy()
      throw this.#wrongLength(totalBytes, expectedBytes)
    }
    const partial = this.#partial
    if (partial.validator !== undefined && validator !== undefined && partial.validator !== validator) {
      opened.answer.body.destroy()
      throw new ContentChanged('the file was replaced on the server')
    }
    partial.validator ??= validator
    const total = totalBytes ?? expectedBytes
    if (total === undefined) {
      if (!opened.isPart) return
      opened.answer.body.destroy()
      throw new PassingFailure(`${opened.answer.url.host} does not say how long the file is`)
    }
    if (partial.totalBytes !== undefined && partial.totalBytes !== total) {
      opened.answer.body.destroy()
      throw new ContentChanged('the file has another length on the server now')
    }
    if (partial.totalBytes !== undefined) return
    partial.totalBytes = total
    try {
      await checkRoom(this.#download.storeFolder, total - partial.ranges.total)
    } catch (error) {
      opened.answer.body.destroy()
      throw error
    }
  }

  #cut(): PassingFailure {
    return new PassingFailure(`${this.#download.address.url.host} ended the connection in the middle of the file`)
  }

  #wrongLength(found: number, expected: number): UserError {
    return new UserError({
      what: `${this.#download.title} has the wrong length on the server`,
      where: this.#download.address.url.host,
      why: `${expected} bytes were announced, and the file there has ${found}.`,
      mend: 'Try again later; if it stays, the server or a proxy in between serves another file.',
    })
  }
}
