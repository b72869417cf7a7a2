import { maxChunkLineBytes, readChunkSize } from '../../http1/chunk-size.ts'
import { HttpSyntaxError, readFields } from '../../http1/fields.ts'
import { readResponseHead, type ResponseHead } from './response-head.ts'

/** Gets one response in order; may call back into nothing of the parser. */
export interface ResponseSink {
  onHead(head: ResponseHead): void
  /** The body's bytes of one read, without their framing; they are there during the call only. */
  onData(piece: Buffer): void
}

/** A head longer than this is refused; vLLM's have some 200 bytes. */
const maxHeadBytes = 64 * 1024
const maxTrailerBytes = 16 * 1024
/** Informational answers (1xx) before the real one. */
const maxInformational = 32

const CR = 0x0d
const LF = 0x0a
const emptyLine = Buffer.from('\r\n\r\n')
/** Where the body bytes of one read are put together, for all connections of a thread. */
let gathered = Buffer.allocUnsafeSlow(64 * 1024)

const noFields: readonly string[] = []

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'done'

/**
 * Takes the HTTP/1.1 responses of one connection apart (RFC 9112), one after another, however they are cut.
 * What it is given may be overwritten after the call. All body bytes of one read are handed on as one piece, so that a
 * burst of small chunks goes on as one write. Strict: what could be read in two ways is an error.
 */
export class ResponseParser {
  readonly #sink: ResponseSink
  #isAnswerToHead = false
  #state: State = 'done'
  /** Bytes that the body or the chunk still has. */
  #left = 0
  /** Bytes of a line or head that is not whole yet. */
  #held: Buffer | null = null
  #informational = 0
  #head: ResponseHead | null = null
  #hasExcess = false
  /** Body bytes of the read at hand: one range of it, or, from the second range on, as many of `gathered`. */
  #from = 0
  #to = 0
  #gatheredBytes = 0

  constructor(sink: ResponseSink) {
    this.#sink = sink
  }

  /** Begins to wait for the response to a request. */
  begin(isAnswerToHead: boolean): void {
    this.#isAnswerToHead = isAnswerToHead
    this.#state = 'head'
    this.#left = 0
    this.#held = null
    this.#informational = 0
    this.#head = null
    this.#hasExcess = false
  }

  /** The head, once it is complete. */
  get head(): ResponseHead | null {
    return this.#head
  }

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Whether the connection may carry another request: the response is whole, nothing follows it, and nobody wants to close. */
  get isReusable(): boolean {
    return this.#state === 'done' && !this.#hasExcess && this.#head?.isKeptAlive === true
  }

  /**
   * Takes what a read brought.
   * @throws HttpSyntaxError, after what came before the error was handed on.
   */
  push(received: Buffer): void {
    let bytes = received
    if (this.#held !== null) {
      bytes = Buffer.concat([this.#held, received])
      this.#held = null
    }
    try {
      this.#read(bytes)
    } finally {
      this.#handOn(bytes)
    }
  }

  /** The other side has closed: whether that completes the response. */
  close(): boolean {
    if (this.#state === 'until-close') this.#state = 'done'
    return this.#state === 'done'
  }

  #read(bytes: Buffer): void {
    const { length } = bytes
    let at = 0
    while (at < length) {
      switch (this.#state) {
        case 'head': {
          const end = bytes.indexOf(emptyLine, at)
          if (end < 0 ? length - at > maxHeadBytes : end - at > maxHeadBytes) {
            throw new HttpSyntaxError('a head that is too long')
          }
          if (end < 0) return this.#hold(bytes, at)
          this.#onHead(bytes.toString('latin1', at, end + 2))
          at = end + 4
          break
        }
        case 'length':
        case 'chunk-data': {
          const end = Math.min(at + this.#left, length)
          this.#gather(bytes, at, end)
          this.#left -= end - at
          at = end
          if (this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk-end'
          break
        }
        case 'until-close':
          this.#gather(bytes, at, length)
          return
        case 'chunk-end':
          if (bytes[at] !== CR || (at + 1 < length && bytes[at + 1] !== LF)) {
            throw new HttpSyntaxError('a chunk longer than its size')
          }
          if (at + 1 === length) return this.#hold(bytes, at)
          at += 2
          this.#state = 'chunk-size'
          break
        case 'chunk-size': {
          const end = bytes.indexOf(LF, at)
          if ((end < 0 ? length : end) - at > maxChunkLineBytes) {
            throw new HttpSyntaxError('a chunk size with too much behind it')
          }
          if (end < 0) return this.#hold(bytes, at)
          this.#left = readChunkSize(bytes, at, end)
          at = end + 1
          this.#state = this.#left === 0 ? 'trailers' : 'chunk-data'
          break
        }
        case 'trailers': {
          if (bytes[at] === CR && bytes[at + 1] === LF) {
            at += 2
            this.#state = 'done'
            break
          }
          const end = bytes.indexOf(emptyLine, at)
          if ((end < 0 ? length : end) - at > maxTrailerBytes) throw new HttpSyntaxError('trailers that are too long')
          if (end < 0) return this.#hold(bytes, at)
          readFields(bytes.toString('latin1', at, end + 2), 0)
          at = end + 4
          this.#state = 'done'
          break
        }
        case 'done':
          this.#hasExcess = true
          return
      }
    }
  }

  #onHead(text: string): void {
    const head = readResponseHead(text, this.#isAnswerToHead)
    if (head.status < 200) {
      if (head.status === 101) throw new HttpSyntaxError('a change of protocol that nobody asked for')
      this.#informational += 1
      if (this.#informational > maxInformational) throw new HttpSyntaxError('too many informational answers')
      return
    }
    this.#head = head
    this.#left = head.contentLength
    this.#state = head.framing === 'none' ? 'done' : head.framing === 'chunked' ? 'chunk-size' : head.framing
    this.#sink.onHead(head)
    // Of an open stream they would be a third of all objects.
    head.fields = noFields
  }

  /** Keeps what a later read completes. */
  #hold(bytes: Buffer, from: number): void {
    this.#held = Buffer.from(bytes.subarray(from))
  }

  #gather(bytes: Buffer, from: number, to: number): void {
    if (this.#to === 0) {
      this.#from = from
      this.#to = to
      return
    }
    if (this.#gatheredBytes === 0) {
      if (gathered.length < bytes.length) gathered = Buffer.allocUnsafeSlow(bytes.length)
      this.#gatheredBytes = bytes.copy(gathered, 0, this.#from, this.#to)
    }
    this.#gatheredBytes += bytes.copy(gathered, this.#gatheredBytes, from, to)
  }

  #handOn(bytes: Buffer): void {
    if (this.#to === 0) return
    const piece =
      this.#gatheredBytes === 0 ? bytes.subarray(this.#from, this.#to) : gathered.subarray(0, this.#gatheredBytes)
    this.#to = 0
    this.#gatheredBytes = 0
    this.#sink.onData(piece)
  }
}
