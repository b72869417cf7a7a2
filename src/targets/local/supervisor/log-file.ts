import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log is rotated once at this size, so that one process holds 20 MB on disk at the most. */
const defaultLimitBytes = 10_000_000
/** Lines kept in memory for the verdict on a crash. */
const keptLines = 50
/** A longer line is cut: an engine that dumps a prompt must not fill the memory. */
const longestLine = 8_192

/** The log of one supervised process: a bounded file, and its last lines in memory. */
export class LogFile {
  readonly path: string
  readonly #limitBytes: number
  #descriptor: number | undefined
  #bytes = 0
  #lines: string[] = []

  constructor(path: string, limitBytes: number = defaultLimitBytes) {
    this.path = path
    this.#limitBytes = limitBytes
  }

  /** Appends a line that the process wrote. Never throws: a full disk must not stop an engine. */
  append(line: string): void {
    const text = line.length > longestLine ? `${line.slice(0, longestLine)} …` : line
    this.#lines.push(text)
    if (this.#lines.length > keptLines) this.#lines.shift()
    this.#write(text)
  }

  /** Appends a line of the supervisor's own; it is not among `lastLines`. */
  event(text: string): void {
    this.#write(`[fairlead ${new Date().toISOString()}] ${text}`)
  }

  /** The last lines since `forget`. */
  get lastLines(): readonly string[] {
    return this.#lines
  }

  /** Forgets the lines in memory: another process begins. */
  forget(): void {
    this.#lines = []
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #write(text: string): void {
    const content = Buffer.from(`${text}\n`)
    try {
      if (this.#descriptor !== undefined && this.#bytes + content.length > this.#limitBytes) {
        this.close()
        renameSync(this.path, `${this.path}.1`)
      }
      this.#descriptor ??= this.#open()
      writeSync(this.#descriptor, content)
      this.#bytes += content.length
    } catch {
      // Nowhere to say it: the log is the place. The lines in memory remain.
    }
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    const descriptor = openSync(this.path, 'a', 0o600)
    this.#bytes = fstatSync(descriptor).size
    return descriptor
  }
}
