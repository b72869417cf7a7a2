import { BodyBuffer } from './body-buffer.ts'
import type { BodyMemory } from './body-memory.ts'
import type { ClientRequest } from './downstream/client-request.ts'

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
  const body = new BodyBuffer(request.head.contentLength)
  request.receive({
    onBody: (piece) => {
      body.add(piece)
      if (body.length <= limitBytes) return
      body.clear()
      request.discard(limitBytes)
      receiver.onBodyTooLarge()
    },
    onBodyEnd: () => receiver.onBody(body.whole(), body.memory),
  })
}
