import { randomInt } from 'node:crypto'
import type { Hashes } from '../../scheduling/index.ts'

/** Words of 32 bits in which a thread tells of its last requests: some thousand of them. */
const usualWords = 2 ** 16
/** Words before a request's session and hashes: replica, tokens (3), characters of the session, hashes. */
const headWords = 6
/** The longest name of a session that is told. */
const mostCharacters = 256

/** A request that was sent to a replica, as far as choices of others depend on it. */
export interface SentRequest {
  /** The replica's number among all threads. */
  serial: number
  promptTokens: number
  /** Those of them that it was not taken to hold. */
  uncachedTokens: number
  /** That its answer is expected to have. */
  outputTokens: number
  /** What names its session; null where none does. */
  session: string | null
  /** Of its prompt; none of one that nobody looks up. */
  readonly hashes: Hashes
}

/** Who wants to know what other threads send to a replica. */
export interface SentRequestListener {
  /** @param sent there during the call */
  onSentElsewhere(sent: Readonly<SentRequest>): void
}

/** How much of a ring a writer may be ahead of what it has said: as long as its longest request. */
const aheadOf = (words: number): number => words / 8

/**
 * What threads tell each other of the requests that they send, so that each chooses as if it had sent all of them: in a ring for
 * each thread, which it alone writes and all others read, each from where it stopped. Nobody waits for anybody: who comes
 * late finds the oldest overwritten, and goes on with the newest.
 */
export class SentRequests {
  readonly memory: SharedArrayBuffer
  readonly #row: number
  readonly #words: number
  /** Words that each thread has written since the start, modulo 2^32. */
  readonly #written: Int32Array
  readonly #rings: readonly Int32Array[]
  /** Where this thread goes on in each ring. */
  readonly #read: Int32Array
  /** By the serial number of a replica; a model that is gone leaves nothing but a few bytes here. */
  readonly #listeners = new Map<number, WeakRef<SentRequestListener>>()
  readonly #heard: SentRequest = {
    serial: 0,
    promptTokens: 0,
    uncachedTokens: 0,
    outputTokens: 0,
    session: null,
    hashes: { count: 0, words: new Int32Array(256) },
  }

  /**
   * @param rows threads, of which this one is `row`
   * @param words of each ring, a power of two
   */
  constructor(rows: number, row: number, memory = SentRequests.memoryFor(rows), words = usualWords) {
    this.memory = memory
    this.#row = row
    this.#words = words
    this.#written = new Int32Array(memory, 0, rows)
    this.#rings = Array.from({ length: rows }, (_, each) => new Int32Array(memory, 4 * (rows + each * words), words))
    // What was told before is past for a thread that begins.
    this.#read = this.#written.slice()
  }

  static memoryFor(rows: number, words = usualWords): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (rows + rows * words))
  }

  /** Names who hears of the requests that others send to a replica, as long as it is there. */
  listen(serial: number, listener: SentRequestListener): void {
    this.#listeners.set(serial, new WeakRef(listener))
  }

  forget(serial: number): void {
    this.#listeners.delete(serial)
  }

  /** Tells the others; the end of a very long prompt, and a session with a very long name, are left out. */
  tell({ serial, promptTokens, uncachedTokens, outputTokens, session, hashes }: Readonly<SentRequest>): void {
    const ring = this.#rings[this.#row]
    if (ring === undefined) return
    const mask = this.#words - 1
    const name = session === null || session.length > mostCharacters ? '' : session
    const count = Math.max(0, Math.min(hashes.count, (aheadOf(this.#words) - headWords - name.length) >> 1))
    let at = this.#written[this.#row] ?? 0
    ring[at++ & mask] = serial
    ring[at++ & mask] = promptTokens
    ring[at++ & mask] = uncachedTokens
    ring[at++ & mask] = outputTokens
    ring[at++ & mask] = name.length
    ring[at++ & mask] = count
    for (let index = 0; index < name.length; index += 1) ring[at++ & mask] = name.charCodeAt(index)
    for (let index = 0; index < 2 * count; index += 1) ring[at++ & mask] = hashes.words[index] ?? 0
    Atomics.store(this.#written, this.#row, at | 0)
  }

  /** Hears what others have told since the last time. */
  take(): void {
    for (let row = 0; row < this.#rings.length; row += 1) {
      if (row !== this.#row && Atomics.load(this.#written, row) !== this.#read[row]) this.#takeFrom(row)
    }
  }

  #takeFrom(row: number): void {
    const ring = this.#rings[row]
    if (ring === undefined) return
    let at = this.#read[row] ?? 0
    while (at !== Atomics.load(this.#written, row)) {
      const words = this.#copy(ring, at)
      const behind = (Atomics.load(this.#written, row) - at) >>> 0
      if (behind > this.#words - aheadOf(this.#words)) {
        // It was overwritten, perhaps while it was read.
        at = Atomics.load(this.#written, row)
        break
      }
      this.#listeners.get(this.#heard.serial)?.deref()?.onSentElsewhere(this.#heard)
      at = (at + words) | 0
    }
    this.#read[row] = at
  }

  /** Copies what stands at a place, which may be anything where it is being overwritten; returns how many words it has. */
  #copy(ring: Int32Array, start: number): number {
    const mask = this.#words - 1
    const heard = this.#heard
    const { hashes } = heard
    let at = start
    heard.serial = ring[at++ & mask] ?? 0
    heard.promptTokens = ring[at++ & mask] ?? 0
    heard.uncachedTokens = ring[at++ & mask] ?? 0
    heard.outputTokens = ring[at++ & mask] ?? 0
    const characters = bounded(ring[at++ & mask], mostCharacters)
    const count = bounded(ring[at++ & mask], aheadOf(this.#words) >> 1)
    let name = ''
    for (let index = 0; index < characters; index += 1) name += String.fromCharCode(ring[at++ & mask] ?? 0)
    heard.session = name === '' ? null : name
    if (hashes.words.length < 2 * count) hashes.words = new Int32Array(4 * count)
    hashes.count = count
    for (let index = 0; index < 2 * count; index += 1) hashes.words[index] = ring[at++ & mask] ?? 0
    return headWords + characters + 2 * count
  }
}

const bounded = (value: number | undefined, most: number): number => Math.max(0, Math.min(value ?? 0, most))

/** What this thread hashes prompts with, and whom it tells of what it sends; nobody where it is the only one. */
export const sharing: {
  /** A process's own, so that nobody outside knows any hash. */
  secret: number
  sent: SentRequests | null
} = { secret: randomInt(2 ** 31), sent: null }
