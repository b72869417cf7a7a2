import { Readable } from 'node:stream'
import type { StreamedBody } from '../upstream/contract.ts'
import type { FormRest } from './form-rest.ts'
import type { ScannedForm } from './scan-form.ts'

/** A form of a request: whole, or its beginning with the rest still arriving. */
export interface FormBody {
  readonly kind: 'form'
  /** All of it, or what had arrived when the model was known. */
  readonly bytes: Buffer
  readonly fields: ScannedForm
  readonly boundary: string
  readonly contentType: string
  /** What comes behind `bytes`; null when that is all. */
  readonly rest: FormRest | null
}

/** The form with another first part of it, as an engine is to read it. */
export function bodyOf(form: FormBody, bytes: Buffer): Buffer | StreamedBody {
  const { rest } = form
  if (rest === null) return bytes
  const { framing, contentLength } = rest.request.head
  const lengthBytes = framing === 'length' ? contentLength + bytes.length - form.bytes.length : null
  return { stream: new FormStream(bytes, rest), lengthBytes }
}

/** Beginning and rest of a form as one stream. A client that leaves in the middle ends the exchange, which destroys this. */
class FormStream extends Readable {
  readonly #rest: FormRest

  constructor(beginning: Buffer, rest: FormRest) {
    super({ highWaterMark: 64 * 1024 })
    this.#rest = rest
    this.push(beginning)
    rest.readBy({
      take: (piece) => void this.push(piece),
      end: () => void this.push(null),
      break: () => void this.destroy(),
    })
  }

  override _read(): void {}

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#rest.stop()
    done(error)
  }
}
