import { Readable } from 'node:stream'
import type { ClientRequest } from '../downstream/client-request.ts'
import type { StreamedBody } from '../upstream/contract.ts'
import type { ScannedForm } from './scan-form.ts'

/** A form of a request: whole, or its beginning with the rest still arriving. */
export interface FormBody {
  readonly kind: 'form'
  /** All of it, or what has arrived. */
  readonly bytes: Buffer
  readonly fields: ScannedForm
  readonly boundary: string
  readonly contentType: string
  /** Where the rest comes from; null when `bytes` is all. */
  readonly rest: FormRest | null
}

/** The part of a form that still arrives. */
export interface FormRest {
  readonly request: ClientRequest
  readonly limitBytes: number
  onTooLarge(): void
}

/** The form with another first part of it, as an engine is to read it. */
export function bodyOf(form: FormBody, bytes: Buffer): Buffer | StreamedBody {
  const { rest } = form
  if (rest === null) return bytes
  const { framing, contentLength } = rest.request.head
  const lengthBytes = framing === 'length' ? contentLength + bytes.length - form.bytes.length : null
  return { stream: new FormStream(bytes, form.bytes.length, rest), lengthBytes }
}

/**
 * Beginning and rest of a form as one stream; the client is read as fast as the engine takes it. A client that leaves in
 * the middle ends the exchange, which destroys this.
 */
class FormStream extends Readable {
  readonly #rest: FormRest
  #receivedBytes: number

  constructor(beginning: Buffer, receivedBytes: number, rest: FormRest) {
    super({ highWaterMark: 64 * 1024 })
    this.#rest = rest
    this.#receivedBytes = receivedBytes
    this.push(beginning)
    const { request } = rest
    request.receive({ onBody: this.#take, onBodyEnd: () => this.push(null) })
    request.pause()
  }

  override _read(): void {
    this.#rest.request.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // An answer before the end of the form: the rest is thrown away.
    this.#rest.request.discard(this.#rest.limitBytes)
    done(error)
  }

  readonly #take = (piece: Buffer): void => {
    this.#receivedBytes += piece.length
    if (this.#receivedBytes > this.#rest.limitBytes) {
      this.destroy()
      this.#rest.onTooLarge()
    } else if (!this.push(Buffer.from(piece))) {
      this.#rest.request.pause()
    }
  }
}
