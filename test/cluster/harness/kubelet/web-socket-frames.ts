import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** A whole message of a WebSocket (RFC 6455). */
export interface WebSocketMessage {
  /** 2: binary, 8: close, 9: ping. */
  readonly opcode: number
  readonly content: Buffer
}

/** Takes messages from the bytes that a client sends, whose frames are masked. */
export class WebSocketReader {
  #bytes = Buffer.alloc(0)
  #begun: WebSocketMessage | undefined;

  *take(piece: Buffer): Generator<WebSocketMessage> {
    this.#bytes = Buffer.concat([this.#bytes, piece])
    for (let frame = this.#frame(); frame !== undefined; frame = this.#frame()) {
      const { isLast, opcode, content } = frame
      const begun = this.#begun
      // Opcode 0 goes on with what was begun.
      const message =
        opcode === 0 && begun !== undefined
          ? { opcode: begun.opcode, content: Buffer.concat([begun.content, content]) }
          : { opcode, content }
      this.#begun = isLast ? undefined : message
      if (isLast) yield message
    }
  }

  #frame(): { readonly isLast: boolean; readonly opcode: number; readonly content: Buffer } | undefined {
    const bytes = this.#bytes
    if (bytes.length < 2) return undefined
    const short = (bytes[1] ?? 0) & 0x7f
    const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2
    if (bytes.length < maskAt + 4) return undefined
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
    const end = maskAt + 4 + length
    if (bytes.length < end) return undefined
    const mask = bytes.subarray(maskAt, maskAt + 4)
    const content = Buffer.from(bytes.subarray(maskAt + 4, end))
    for (let at = 0; at < content.length; at += 1) content[at] = (content[at] ?? 0) ^ (mask[at % 4] ?? 0)
    this.#bytes = bytes.subarray(end)
    return { isLast: ((bytes[0] ?? 0) & 0x80) !== 0, opcode: (bytes[0] ?? 0) & 0x0f, content }
  }
}

/** RFC 6455 section 1.3. */
const handshakeKey = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Answers who asks for a WebSocket, with the protocol that is spoken on it. */
export function acceptWebSocket(asked: IncomingMessage, socket: Duplex, protocol: string): void {
  const accept = createHash('sha1').update(`${asked.headers['sec-websocket-key']}${handshakeKey}`).digest('base64')
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      `Sec-WebSocket-Protocol: ${protocol}`,
      '\r\n',
    ].join('\r\n'),
  )
}

/** A message as a server sends it: one frame without a mask. */
export function webSocketFrame(opcode: number, content: Buffer): Buffer {
  const head = Buffer.alloc(content.length < 126 ? 2 : content.length < 65_536 ? 4 : 10)
  head[0] = 0x80 | opcode
  if (head.length === 2) head[1] = content.length
  else if (head.length === 4) {
    head[1] = 126
    head.writeUInt16BE(content.length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(content.length), 2)
  }
  return Buffer.concat([head, content])
}
