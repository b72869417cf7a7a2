import { fieldValue } from '../http1/fields.ts'
import type { RequestHead } from './request-head.ts'

const noFields: readonly string[] = []

/** Who takes the body of a request. */
export interface BodyReceiver {
  onBody(piece: Buffer): void
  /** The body is complete. */
  onBodyEnd(): void
}

/** What a request may do with its connection. */
export interface RequestConnection {
  readonly remoteAddress: string
  pauseReading(): void
  resumeReading(): void
  /** Throws away what still comes of the body; a client that sends more than `limitBytes` of it, or for too long, is cut off. */
  discard(limitBytes: number): void
}

/** A request of a client: its head, and its body as it comes. */
export class ClientRequest {
  readonly head: RequestHead
  readonly #connection: RequestConnection
  #receiver: BodyReceiver | null = null
  /** Whether every byte of the body has come. */
  isComplete: boolean

  constructor(head: RequestHead, connection: RequestConnection) {
    this.head = head
    this.#connection = connection
    this.isComplete = head.framing === 'none'
  }

  get method(): string {
    return this.head.method
  }

  /** The value of a field, named in lower case; the first one where it is there more than once. */
  header(name: string): string | undefined {
    return fieldValue(this.head.fields, name)
  }

  /** Lets go of the header fields, which an answer under way does not need any more. */
  forgetFields(): void {
    this.head.fields = noFields
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress
  }

  /** Names who takes the body from here on; it must be named before the next read, and hears of an empty body at once. */
  receive(receiver: BodyReceiver): void {
    if (this.isComplete) receiver.onBodyEnd()
    else this.#receiver = receiver
  }

  /** Stops reading; the client meets a full socket. */
  pause(): void {
    if (!this.isComplete) this.#connection.pauseReading()
  }

  resume(): void {
    if (!this.isComplete) this.#connection.resumeReading()
  }

  /**
   * Throws the rest of the body away after the answer was given, so that a client that is still sending gets to read
   * the answer: closing at once would reset the connection under it.
   */
  discard(limitBytes: number): void {
    this.#receiver = null
    if (!this.isComplete) this.#connection.discard(limitBytes)
  }

  /** For the connection: a part of the body. */
  take(piece: Buffer): void {
    this.#receiver?.onBody(piece)
  }

  /** For the connection: the end of the body. */
  complete(): void {
    const receiver = this.#receiver
    this.isComplete = true
    this.#receiver = null
    receiver?.onBodyEnd()
  }
}
