import { randomInt } from 'node:crypto'
import type { Hashes, SentState, ServedHow } from '../../scheduling/index.ts'

/** Words of 32 bits in which a thread tells of its last requests: some thousand of them. */
const usualWords = 2 ** 16
/** Words before what is told: its number among all that is told, the replica, and what it is. */
const headWords = 3
/** Words of a request before its session and hashes: tokens (3), characters of the session, hashes, and when it was sent. */
const requestWords = 7
/** Numbers of an answer, two words each. */
const answerNumbers = 8
const isRequest = 0
const isAnswer = 1
const isFirstToken = 2
/** Numbers of a first token, likewise. */
const firstTokenNumbers = 3
/** The longest name of a session that is told. */
export const mostCharacters = 256
/** Places for the turns of models; two models whose names meet at one take them together. */
const turnPlaces = 1024

/** A request that was sent to a replica, as far as choices of others depend on it. */
export interface SentRequest {
  /** The replica's number among all threads. */
  serial: number
  promptTokens: number
  /** Those of them that it was not taken to hold. */
  uncachedTokens: number
  /** That its answer is expected to have. */
  outputTokens: number
  /** When, on the clock of the system: whole milliseconds since 1970. */
  atMs: number
  /** What names its session; null where none does. */
  session: string | null
  /** Of its prompt; none of one that nobody looks up. */
  readonly hashes: Hashes
}

/** A stream that a replica has answered whole, as policies learn from it. */
export interface AnsweredRequest {
  serial: number
  promptTokens: number
  outputTokens: number
  ttftMs: number
  tpotMs: number
  /** The replica before. */
  readonly sent: { -readonly [Field in keyof SentState]: SentState[Field] }
}

/** A first token that came, as it shows whether splitting pays. */
export interface FirstToken {
  /** Of a replica that prefills for the model. */
  serial: number
  how: ServedHow
  /** That were computed for it. */
  tokens: number
  ttftMs: number
}

/** Who wants to know what other threads send to a replica, and what comes of it; what is told is there during the call. */
export interface SentRequestListener {
  onSentElsewhere(sent: Readonly<SentRequest>): void
  onAnsweredElsewhere?(answered: Readonly<AnsweredRequest>): void
  onFirstTokenElsewhere?(token: Readonly<FirstToken>): void
}

/** What replicas are told apart by. */
interface Serial {
  readonly serial: number
}

/** How much of a ring a writer may be ahead of what it has said: as long as its longest request. */
const aheadOf = (words: number): number => words / 8

/**
 * What threads tell each other of the requests that they send and of their answers, so that each chooses as if it had sent all
 * of them: in a ring for each thread, which it alone writes and all others read, each from where it stopped. What is told is
 * numbered and heard in that order, so that all learn the same. Nobody waits for anybody: who comes late finds the oldest
 * overwritten, and goes on with the newest.
 */
export class SentRequests {
  readonly memory: SharedArrayBuffer
  readonly #row: number
  readonly #words: number
  /** What has been told by all, modulo 2^32. */
  readonly #told: Int32Array
  /** Whose turn it is, by place. */
  readonly #turns: Int32Array
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
    atMs: 0,
    session: null,
    hashes: { count: 0, words: new Int32Array(256) },
  }
  readonly #answered: AnsweredRequest = {
    serial: 0,
    promptTokens: 0,
    outputTokens: 0,
    ttftMs: 0,
    tpotMs: 0,
    sent: { inFlight: 0, pendingPrefillTokens: 0, inFlightTokens: 0, uncachedTokens: 0 },
  }
  readonly #firstToken: FirstToken = { serial: 0, how: 'whole', tokens: 0, ttftMs: 0 }
  /** Numbers on their way to words and back. */
  readonly #numbers = new Float64Array(answerNumbers)
  readonly #numberWords = new Int32Array(this.#numbers.buffer)

  /**
   * @param rows threads, of which this one is `row`
   * @param words of each ring, a power of two
   */
  constructor(rows: number, row: number, memory = SentRequests.memoryFor(rows), words = usualWords) {
    this.memory = memory
    this.#row = row
    this.#words = words
    this.#told = new Int32Array(memory, 0, 1)
    this.#turns = new Int32Array(memory, 4, turnPlaces)
    const own = 4 * (1 + turnPlaces)
    this.#written = new Int32Array(memory, own, rows)
    this.#rings = Array.from(
      { length: rows },
      (_, each) => new Int32Array(memory, own + 4 * (rows + each * words), words),
    )
    // What was told before is past for a thread that begins.
    this.#read = this.#written.slice()
  }

  /** Memory for so many threads, in which turns begin at random. */
  static memoryFor(rows: number, words = usualWords): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(4 * (1 + turnPlaces + rows + rows * words))
    const turns = new Int32Array(turnPlaces).map(() => randomInt(2 ** 30))
    new Int32Array(memory, 4, turnPlaces).set(turns)
    return memory
  }

  /** A whole number that grows by one with each call of any thread, for a model. */
  turnOf(model: number): number {
    return Atomics.add(this.#turns, model & (turnPlaces - 1), 1) & 0x3fff_ffff
  }

  /** Names who hears of the requests that others send to a replica, as long as it is there. */
  listen(serial: number, listener: SentRequestListener): void {
    this.#listeners.set(serial, new WeakRef(listener))
  }

  /** Names who hears of the second of these in place of the first. */
  listenFor(listener: SentRequestListener, before: readonly Serial[], replicas: readonly Serial[]): void {
    for (const { serial } of before) this.#listeners.delete(serial)
    for (const { serial } of replicas) this.listen(serial, listener)
  }

  /** Tells the others; the end of a very long prompt, and a session with a very long name, are left out. */
  tell({ serial, promptTokens, uncachedTokens, outputTokens, atMs, session, hashes }: Readonly<SentRequest>): void {
    const ring = this.#rings[this.#row]
    if (ring === undefined) return
    const mask = this.#words - 1
    const name = session === null || session.length > mostCharacters ? '' : session
    const room = aheadOf(this.#words) - headWords - requestWords - name.length
    const count = Math.max(0, Math.min(hashes.count, room >> 1))
    let at = this.#begin(ring, serial, isRequest)
    ring[at++ & mask] = promptTokens
    ring[at++ & mask] = uncachedTokens
    ring[at++ & mask] = outputTokens
    ring[at++ & mask] = name.length
    ring[at++ & mask] = count
    this.#numbers[0] = atMs
    ring[at++ & mask] = this.#numberWords[0] ?? 0
    ring[at++ & mask] = this.#numberWords[1] ?? 0
    for (let index = 0; index < name.length; index += 1) ring[at++ & mask] = name.charCodeAt(index)
    for (let index = 0; index < 2 * count; index += 1) ring[at++ & mask] = hashes.words[index] ?? 0
    Atomics.store(this.#written, this.#row, at | 0)
  }

  /** Tells the others of an answer. */
  tellAnswered({ serial, promptTokens, outputTokens, ttftMs, tpotMs, sent }: Readonly<AnsweredRequest>): void {
    const ring = this.#rings[this.#row]
    if (ring === undefined) return
    const numbers = this.#numbers
    numbers[0] = promptTokens
    numbers[1] = outputTokens
    numbers[2] = ttftMs
    numbers[3] = tpotMs
    numbers[4] = sent.inFlight
    numbers[5] = sent.pendingPrefillTokens
    numbers[6] = sent.inFlightTokens
    numbers[7] = sent.uncachedTokens
    this.#tellNumbers(ring, serial, isAnswer, answerNumbers)
  }

  /** Tells the others of a first token. */
  tellFirstToken({ serial, how, tokens, ttftMs }: Readonly<FirstToken>): void {
    const ring = this.#rings[this.#row]
    if (ring === undefined) return
    const numbers = this.#numbers
    numbers[0] = Number(how === 'split')
    numbers[1] = tokens
    numbers[2] = ttftMs
    this.#tellNumbers(ring, serial, isFirstToken, firstTokenNumbers)
  }

  #tellNumbers(ring: Int32Array, serial: number, kind: number, count: number): void {
    let at = this.#begin(ring, serial, kind)
    for (let index = 0; index < 2 * count; index += 1) {
      ring[at++ & (this.#words - 1)] = this.#numberWords[index] ?? 0
    }
    Atomics.store(this.#written, this.#row, at | 0)
  }

  /** Writes what everything that is told begins with; returns where it goes on. */
  #begin(ring: Int32Array, serial: number, kind: number): number {
    const mask = this.#words - 1
    let at = this.#written[this.#row] ?? 0
    ring[at++ & mask] = Atomics.add(this.#told, 0, 1)
    ring[at++ & mask] = serial
    ring[at++ & mask] = kind
    return at
  }

  /** Hears what others have told since the last time, in the order in which it was told. */
  take(): void {
    for (let row = this.#earliest(); row >= 0; row = this.#earliest()) this.#takeFrom(row)
  }

  /** The thread whose next word is the earliest of all that this one has not heard; -1 when there is none. */
  #earliest(): number {
    let earliest = -1
    let number = 0
    for (let row = 0; row < this.#rings.length; row += 1) {
      const at = this.#read[row] ?? 0
      if (row === this.#row || Atomics.load(this.#written, row) === at) continue
      const its = this.#rings[row]?.[at & (this.#words - 1)] ?? 0
      if (earliest < 0 || ((its - number) | 0) < 0) {
        earliest = row
        number = its
      }
    }
    return earliest
  }

  /** Hears one thing that a thread has told. */
  #takeFrom(row: number): void {
    const ring = this.#rings[row]
    if (ring === undefined) return
    const at = this.#read[row] ?? 0
    const mask = this.#words - 1
    const serial = ring[(at + 1) & mask] ?? 0
    const kind = ring[(at + 2) & mask]
    const start = (at + headWords) | 0
    const end =
      kind === isAnswer
        ? this.#copyAnswer(ring, start)
        : kind === isFirstToken
          ? this.#copyFirstToken(ring, start)
          : this.#copyRequest(ring, start)
    const written = Atomics.load(this.#written, row)
    if ((written - at) >>> 0 > this.#words - aheadOf(this.#words)) {
      // It was overwritten, perhaps while it was read.
      this.#read[row] = written
      return
    }
    this.#read[row] = end
    const listener = this.#listeners.get(serial)?.deref()
    if (kind === isAnswer) {
      this.#answered.serial = serial
      listener?.onAnsweredElsewhere?.(this.#answered)
    } else if (kind === isFirstToken) {
      this.#firstToken.serial = serial
      listener?.onFirstTokenElsewhere?.(this.#firstToken)
    } else {
      this.#heard.serial = serial
      listener?.onSentElsewhere(this.#heard)
    }
  }

  /** Copies a request, which may be anything where it is being overwritten; returns where the next one begins. */
  #copyRequest(ring: Int32Array, start: number): number {
    const mask = this.#words - 1
    const heard = this.#heard
    const { hashes } = heard
    let at = start
    heard.promptTokens = ring[at++ & mask] ?? 0
    heard.uncachedTokens = ring[at++ & mask] ?? 0
    heard.outputTokens = ring[at++ & mask] ?? 0
    const characters = bounded(ring[at++ & mask], mostCharacters)
    const count = bounded(ring[at++ & mask], aheadOf(this.#words) >> 1)
    this.#numberWords[0] = ring[at++ & mask] ?? 0
    this.#numberWords[1] = ring[at++ & mask] ?? 0
    heard.atMs = this.#numbers[0] ?? 0
    let name = ''
    for (let index = 0; index < characters; index += 1) name += String.fromCharCode(ring[at++ & mask] ?? 0)
    heard.session = name === '' ? null : name
    if (hashes.words.length < 2 * count) hashes.words = new Int32Array(4 * count)
    hashes.count = count
    for (let index = 0; index < 2 * count; index += 1) hashes.words[index] = ring[at++ & mask] ?? 0
    return at | 0
  }

  #copyNumbers(ring: Int32Array, start: number, count: number): number {
    let at = start
    for (let index = 0; index < 2 * count; index += 1) {
      this.#numberWords[index] = ring[at++ & (this.#words - 1)] ?? 0
    }
    return at | 0
  }

  /** Copies a first token, likewise. */
  #copyFirstToken(ring: Int32Array, start: number): number {
    const end = this.#copyNumbers(ring, start, firstTokenNumbers)
    const [how, tokens = 0, ttftMs = 0] = this.#numbers
    this.#firstToken.how = how === 1 ? 'split' : 'whole'
    this.#firstToken.tokens = tokens
    this.#firstToken.ttftMs = ttftMs
    return end
  }

  /** Copies an answer, likewise. */
  #copyAnswer(ring: Int32Array, start: number): number {
    const end = this.#copyNumbers(ring, start, answerNumbers)
    const numbers = this.#numbers
    const answered = this.#answered
    answered.promptTokens = numbers[0] ?? 0
    answered.outputTokens = numbers[1] ?? 0
    answered.ttftMs = numbers[2] ?? 0
    answered.tpotMs = numbers[3] ?? 0
    answered.sent.inFlight = numbers[4] ?? 0
    answered.sent.pendingPrefillTokens = numbers[5] ?? 0
    answered.sent.inFlightTokens = numbers[6] ?? 0
    answered.sent.uncachedTokens = numbers[7] ?? 0
    return end
  }
}

const bounded = (value: number | undefined, most: number): number => Math.max(0, Math.min(value ?? 0, most))

/** What this thread hashes prompts with, and whom it tells of what it sends; nobody where it is the only one. */
export const sharing: {
  /** A process's own, so that nobody outside knows any hash. */
  secret: number
  sent: SentRequests | null
} = { secret: randomInt(2 ** 31), sent: null }
