import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Credentials } from '../credentials.ts'

/** What RFC 6455 has servers append to a client's key. */
const handshakeSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const [binary, closing] = [2, 8]

/** One opened WebSocket, whose messages begin with the number of their channel. */
export interface ServedChannels {
  readonly url: string
  send(channel: number, bytes: Uint8Array | string): void
  close(): void
}

/** A frame of a server: unmasked, whole. */
function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const head =
    length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
  return Buffer.concat([head, payload])
}

/** Takes whole frames of a client, which are masked, off the front of what came. */
function takeFrames(bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer {
  let rest = bytes
  for (;;) {
    if (rest.length < 6) return rest
    const [first = 0, second = 0] = rest
    const short = second & 127
    const start = short === 126 ? 4 : short === 127 ? 10 : 2
    if (rest.length < start + 4) return rest
    const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short
    if (rest.length < start + 4 + length) return rest
    const mask = rest.subarray(start, start + 4)
    const payload = Buffer.from(rest.subarray(start + 4, start + 4 + length))
    for (const [index, byte] of payload.entries()) payload[index] = byte ^ (mask[index % 4] ?? 0)
    rest = rest.subarray(start + 4 + length)
    onFrame(first & 15, payload)
  }
}

/**
 * Serves exec and port-forward as an API server does, over WebSockets (protocol v5.channel.k8s.io). A minimal server of RFC
 * 6455 for tests: frames that are not fragmented, up to 64 kB to the client.
 */
export async function startChannelServer(
  onOpen: (channels: ServedChannels) => (channel: number, bytes: Buffer) => void,
): Promise<{ readonly credentials: Credentials; stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(400).end())
  server.on('upgrade', (request, socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${handshakeSuffix}`)
      .digest('base64')
    const [protocol] = (request.headers['sec-websocket-protocol'] ?? '').split(',')
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    )
    const close = (): void => void socket.end(frame(closing, Buffer.from([3, 232])))
    const onMessage = onOpen({
      url: request.url ?? '',
      send: (channel, bytes) =>
        void socket.write(frame(binary, Buffer.concat([Buffer.from([channel]), Buffer.from(bytes)]))),
      close,
    })
    let waiting: Buffer = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      waiting = takeFrames(Buffer.concat([waiting, bytes]), (opcode, payload) => {
        if (opcode === closing) close()
        else onMessage(payload[0] ?? 0, payload.subarray(1))
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    credentials: {
      context: 'channels',
      server: `http://127.0.0.1:${port}`,
      namespace: 'lab',
      identity: async () => ({ headers: { authorization: 'Bearer x' }, tls: {} }),
      renew: () => {},
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
