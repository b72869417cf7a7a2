import type { BodyReceiver, ClientRequest } from '../downstream/client-request.ts'

/** Who reads the rest of a form. */
export interface RestReader {
  /** Takes a piece of its own. */
  take(piece: Buffer): void
  /** There is no more. */
  end(): void
  /** It turned out too large: nothing more comes. */
  break(): void
}

/**
 * The part of a form that still arrives: kept until somebody reads it, since the form may wait for a replica, then passed
 * on. The client is read whether the engine reads or not, as it is for any other body: one that is not read cannot be seen
 * to leave, since its end is behind all that it has sent.
 */
export class FormRest implements BodyReceiver {
  readonly request: ClientRequest
  readonly #limitBytes: number
  readonly #onTooLarge: () => void
  #receivedBytes: number
  #kept: Buffer[] = []
  #isComplete = false
  #reader: RestReader | null = null

  /** @param receivedBytes of the form that came before it */
  constructor(
    request: ClientRequest,
    { receivedBytes, limitBytes }: { readonly receivedBytes: number; readonly limitBytes: number },
    onTooLarge: () => void,
  ) {
    this.request = request
    this.#receivedBytes = receivedBytes
    this.#limitBytes = limitBytes
    this.#onTooLarge = onTooLarge
    request.receive(this)
  }

  /** Names who reads it, once; what has come is theirs at once. */
  readBy(reader: RestReader): void {
    this.#reader = reader
    for (const piece of this.#kept.splice(0)) reader.take(piece)
    if (this.#isComplete) reader.end()
  }

  /** Throws away what still comes: the answer was there before the end of the form. */
  stop(): void {
    this.#kept = []
    this.request.discard(this.#limitBytes)
  }

  onBody(piece: Buffer): void {
    this.#receivedBytes += piece.length
    if (this.#receivedBytes > this.#limitBytes) {
      this.stop()
      this.#reader?.break()
      this.#onTooLarge()
    } else if (this.#reader === null) {
      this.#kept.push(Buffer.from(piece))
    } else {
      this.#reader.take(Buffer.from(piece))
    }
  }

  onBodyEnd(): void {
    this.#isComplete = true
    this.#reader?.end()
  }
}
