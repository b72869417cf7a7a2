import type { IncomingMessage } from 'node:http'

/** Who waits for a body; exactly one of the two is called, unless the client leaves first. */
export interface BodyReceiver {
  onBody(body: Buffer): void
  /** The body is larger than allowed; what still comes is thrown away. */
  onBodyTooLarge(): void
}

/** Whether the declared length alone says that a body is too large. */
export function declaresTooLarge(request: IncomingMessage, limitBytes: number): boolean {
  const declared = request.headers['content-length']
  return declared !== undefined && Number(declared) > limitBytes
}

/** Collects a body of at most `limitBytes`; one that came in a single piece is not copied. */
export function collectBody(request: IncomingMessage, limitBytes: number, receiver: BodyReceiver): void {
  const pieces: Buffer[] = []
  let length = 0
  let isOver = false
  request.on('data', (piece: Buffer) => {
    if (isOver) return
    length += piece.length
    if (length > limitBytes) {
      isOver = true
      pieces.length = 0
      receiver.onBodyTooLarge()
      return
    }
    pieces.push(piece)
  })
  request.on('end', () => {
    if (isOver) return
    isOver = true
    const [first] = pieces
    receiver.onBody(pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, length))
  })
}

/** Time that a client gets to finish sending what nobody reads. */
const discardMs = 10_000

/**
 * Throws the rest of a body away after the answer was given, so that a client that is still sending gets to read
 * the answer (closing at once would reset the connection under it); breaks it after `limitBytes` or ten seconds.
 */
export function discardBody(request: IncomingMessage, limitBytes: number): void {
  if (request.complete || request.destroyed) return
  let left = limitBytes
  const timer = setTimeout(() => request.destroy(), discardMs)
  timer.unref()
  request.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) request.destroy()
  })
  request.once('close', () => clearTimeout(timer))
  request.resume()
}
