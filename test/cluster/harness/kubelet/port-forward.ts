import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { acceptWebSocket, webSocketFrame, WebSocketReader } from './web-socket-frames.ts'

/** Of the protocols for channels the one that clients of Pods' ports speak. */
const protocol = 'v4.channel.k8s.io'
const [binary, closing, ping, pong] = [2, 8, 9, 10]
const [dataChannel, errorChannel] = [0, 1]

/** Accepts a WebSocket and joins it to one port of a Pod, as `kubectl port-forward` and clients of the API server ask for. */
export function forwardPort(asked: IncomingMessage, socket: Duplex, host: string, port: number): void {
  acceptWebSocket(asked, socket, protocol)
  const say = (channel: number, content: Buffer) =>
    socket.write(webSocketFrame(binary, Buffer.concat([Buffer.from([channel]), content])))
  const name = Buffer.alloc(2)
  name.writeUInt16LE(port)
  say(dataChannel, name)
  say(errorChannel, name)
  const inside = connect({ host, port, noDelay: true })
  const end = () => {
    inside.destroy()
    socket.end(webSocketFrame(closing, Buffer.alloc(0)))
  }
  inside.on('data', (piece) => say(dataChannel, piece))
  inside.on('error', (error) => say(errorChannel, Buffer.from(`error forwarding port ${port}: ${error.message}`)))
  inside.on('close', end)
  const reader = new WebSocketReader()
  socket.on('data', (piece: Buffer) => {
    for (const { opcode, content } of reader.take(piece)) {
      if (opcode === closing) end()
      else if (opcode === ping) socket.write(webSocketFrame(pong, content))
      else if (opcode === binary && content[0] === dataChannel) inside.write(content.subarray(1))
    }
  })
  socket.on('error', () => inside.destroy())
  socket.on('close', () => inside.destroy())
}
