import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { ReplicaAddress } from '../../../../discovery/index.ts'
import type { UpstreamClient, UpstreamFailure, UpstreamRequest } from '../contract.ts'

/** An engine that speaks in bytes: what no HTTP server would send can be sent. */
export interface RawEngine {
  readonly address: ReplicaAddress
  /** Connections that are open now. */
  readonly sockets: Set<Socket>
  /** Connections that were ever opened. */
  accepted(): number
  close(): Promise<void>
}

/** Starts one; `serve` gets each connection. */
export async function startRawEngine(serve: (socket: Socket) => void): Promise<RawEngine> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer({ noDelay: true }, (socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const { port } = server.address() as AddressInfo
  return {
    address: { protocol: 'http', host: '127.0.0.1', port, basePath: '' },
    sockets,
    accepted: () => accepted,
    async close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      for (const socket of sockets) socket.destroy()
      await closed.promise
    },
  }
}

/** Calls `onRequest` for each request whose head and declared body have come; chunked ones end with the last chunk. */
export function eachRequest(socket: Socket, onRequest: (text: string) => void): void {
  let text = ''
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1')
    for (;;) {
      const headEnd = text.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const isChunked = /\r\ntransfer-encoding: chunked/i.test(text.slice(0, headEnd))
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd + 2))?.[1] ?? 0)
      const lastChunk = text.indexOf('0\r\n\r\n', headEnd + 4)
      const end = isChunked ? (lastChunk < 0 ? Infinity : lastChunk + 5) : headEnd + 4 + length
      if (text.length < end) return
      const request = text.slice(0, end)
      text = text.slice(end)
      onRequest(request)
    }
  })
}

/** Everything that a handler was told. */
export interface Transcript {
  readonly status: number
  /** Names in lower case. */
  readonly fields: readonly string[]
  readonly body: string
  readonly ending: 'end' | UpstreamFailure['kind']
  readonly detail: string
}

/** A question without particulars. */
export const question: UpstreamRequest = { method: 'POST', path: '/v1/x', headers: [], body: Buffer.from('{}') }

/** Sends a request and tells what came of it. */
export function ask(client: UpstreamClient, request: UpstreamRequest = question): Promise<Transcript> {
  const { promise, resolve } = Promise.withResolvers<Transcript>()
  let status = 0
  let fields: readonly string[] = []
  const pieces: Buffer[] = []
  const finish = (ending: Transcript['ending'], detail = '') =>
    resolve({ status, fields, body: Buffer.concat(pieces).toString('latin1'), ending, detail })
  client.send(request, {
    onHead: (received, raw) => {
      status = received
      fields = raw.map((part, index) => (index % 2 === 0 ? part.toLowerCase() : part))
    },
    onData: (piece) => void pieces.push(Buffer.from(piece)),
    onEnd: () => finish('end'),
    onFailure: ({ kind, detail }) => finish(kind, detail),
  })
  return promise
}
