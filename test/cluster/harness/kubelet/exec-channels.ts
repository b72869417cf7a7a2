import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ContainerRunner } from './container-runner.ts'
import { acceptWebSocket, webSocketFrame, WebSocketReader } from './web-socket-frames.ts'

/** Binary channels with a close of each (https://kubernetes.io/docs/reference/using-api/websockets/). */
const protocol = 'v5.channel.k8s.io'
const [binary, closing, ping, pong] = [2, 8, 9, 10]
const [input, output, errors, status, endOfChannel] = [0, 1, 2, 3, 255]

/** How a command ended, as a kubelet tells it (k8s.io/kubelet, pkg/cri/streaming/remotecommand). */
const statusOf = (code: number) =>
  code === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: `command terminated with non-zero exit code: exit status ${code}`,
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }

/** Accepts a WebSocket and joins it to a command in a container, as `kubectl exec` asks for; without terminals. */
export function execOver(
  asked: IncomingMessage,
  socket: Duplex,
  runner: ContainerRunner,
  query: URLSearchParams,
): void {
  const child = runner.start(query.getAll('command'))
  if (child === undefined) {
    socket.end('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 21\r\n\r\ncontainer not running')
    return
  }
  acceptWebSocket(asked, socket, protocol)
  const say = (channel: number, content: Buffer) =>
    socket.write(webSocketFrame(binary, Buffer.concat([Buffer.from([channel]), content])))
  child.stdout.on('data', (piece: Buffer) => say(output, piece))
  child.stderr.on('data', (piece: Buffer) => say(errors, piece))
  child.stdin.on('error', () => {})
  if (!query.has('input')) child.stdin.end()
  child.on('close', (code) => {
    say(status, Buffer.from(JSON.stringify(statusOf(code ?? 137))))
    socket.end(webSocketFrame(closing, Buffer.from([3, 232])))
  })
  const reader = new WebSocketReader()
  socket.on('data', (piece: Buffer) => {
    for (const { opcode, content } of reader.take(piece)) {
      if (opcode === closing) child.kill('SIGKILL')
      else if (opcode === ping) socket.write(webSocketFrame(pong, content))
      else if (opcode === binary && content[0] === input) child.stdin.write(content.subarray(1))
      else if (opcode === binary && content[0] === endOfChannel && content[1] === input) child.stdin.end()
    }
  })
  socket.on('error', () => child.kill('SIGKILL'))
  socket.on('close', () => child.kill('SIGKILL'))
}
