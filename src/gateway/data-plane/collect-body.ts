import { BodyBuffer } from './body-buffer.ts'
import type { BodyMemory } from './body-memory.ts'
import type { BodyReceiver, ClientRequest } from './downstream/client-request.ts'

/** Who waits for a body; exactly one of the two is called, unless the client leaves first. */
export interface WholeBodyReceiver {
  /** @param memory where the body is, to be let go once nobody reads it any more */
  onBody(body: Buffer, memory: BodyMemory): void
  /** The body is larger than allowed; what still comes is thrown away. */
  onBodyTooLarge(): void
}

/** Whether the declared length alone says that a body is too large. */
export function declaresTooLarge({ head }: ClientRequest, limitBytes: number): boolean {
  return head.contentLength > limitBytes
}

/** Collects a body of at most `limitBytes`. */
export function collectBody(request: ClientRequest, limitBytes: number, receiver: WholeBodyReceiver): void {
  request.receive(new BodyCollector(request, limitBytes, receiver))
}

class BodyCollector implements BodyReceiver {
  readonly #request: ClientRequest
  readonly #limitBytes: number
  readonly #receiver: WholeBodyReceiver
  readonly #body: BodyBuffer

  constructor(request: ClientRequest, limitBytes: number, receiver: WholeBodyReceiver) {
    this.#request = request
    this.#limitBytes = limitBytes
    this.#receiver = receiver
    this.#body = new BodyBuffer(request.head.contentLength)
  }

  onBody(piece: Buffer): void {
    this.#body.add(piece)
    if (this.#body.length <= this.#limitBytes) return
    this.#body.clear()
    this.#request.discard(this.#limitBytes)
    this.#receiver.onBodyTooLarge()
  }

  onBodyEnd(): void {
    this.#receiver.onBody(this.#body.whole(), this.#body.memory)
  }
}
