import { fieldValue } from '../data-plane/http1/fields.ts'
import type { UpstreamFailure, UpstreamHandler } from '../data-plane/upstream/contract.ts'

/** Tells when the first byte of a stream came, and passes everything on. */
export class ObservedAnswer implements UpstreamHandler {
  readonly #handler: UpstreamHandler
  readonly #startedAt = performance.now()
  #onFirstByte: ((ms: number) => void) | null

  constructor(handler: UpstreamHandler, onFirstByte: (ms: number) => void) {
    this.#handler = handler
    this.#onFirstByte = onFirstByte
  }

  onHead(status: number, headers: readonly string[]): void {
    const isStream = fieldValue(headers, 'content-type')?.startsWith('text/event-stream') === true
    if (status !== 200 || !isStream) this.#onFirstByte = null
    this.#handler.onHead(status, headers)
  }

  onData(piece: Buffer): void {
    const tell = this.#onFirstByte
    this.#onFirstByte = null
    tell?.(performance.now() - this.#startedAt)
    this.#handler.onData(piece)
  }

  onEnd(): void {
    this.#handler.onEnd()
  }

  onFailure(failure: UpstreamFailure): void {
    this.#handler.onFailure(failure)
  }
}
