import type { DestinationStream } from 'pino'

/** Lines are handed on together once they are this long, */
const gatheredLength = 64 * 1024
/** or after this time. */
const gatheredMs = 200

/** What takes the lines in the end: a file descriptor with its own buffer. */
interface LineSink extends DestinationStream {
  flush?(done?: (error?: Error) => void): void
  flushSync?(): void
}

/**
 * Gathers lines in front of a sink, since sonic-boom measures all that it holds anew with every line it gets: with
 * thousands of lines a second that copied 16 kB for each of them. And each handing on costs as much as several requests.
 */
export class GatheredLines implements LineSink {
  readonly #sink: LineSink
  #lines: string[] = []
  #length = 0
  #timer: NodeJS.Timeout | undefined

  constructor(sink: LineSink) {
    this.#sink = sink
    process.once('exit', () => this.#handOn())
  }

  write(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= gatheredLength) this.#handOn()
    else this.#timer ??= setTimeout(() => this.#handOn(), gatheredMs).unref()
  }

  flush(done?: (error?: Error) => void): void {
    this.#handOn()
    if (this.#sink.flush === undefined) done?.()
    else this.#sink.flush(done)
  }

  flushSync(): void {
    this.#handOn()
    this.#sink.flushSync?.()
  }

  #handOn(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines.length === 0) return
    const text = this.#lines.join('')
    this.#lines = []
    this.#length = 0
    this.#sink.write(text)
  }
}
