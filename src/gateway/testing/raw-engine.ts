import { createServer, type AddressInfo, type Socket } from 'node:net'

/** What a raw engine does on its socket once a request for generation has arrived whole. */
export type SocketScript = (socket: Socket) => void

/** An engine that speaks in bytes, so that it can break off, fall silent or talk nonsense at any byte. */
export interface RawEngine {
  readonly url: string
  /** What becomes of requests for generation. */
  script: SocketScript
  /** Requests for generation that have arrived whole. */
  requests: number
  /** Whether readiness probes have no answer; they succeed otherwise. */
  isHung: boolean
  /** Sockets that carried a request for generation and are open. */
  openSockets(): number
  close(): Promise<void>
}

const ready = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'

/** Starts a raw engine on a free port of the loopback address. */
export async function startRawEngine(): Promise<RawEngine> {
  const sockets = new Set<Socket>()
  const generating = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let text = ''
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      sockets.delete(socket)
      generating.delete(socket)
    })
    socket.on('data', (data) => {
      text += data.toString('latin1')
      for (let end = endOfRequest(text); end !== undefined; end = endOfRequest(text)) {
        const isProbe = text.startsWith('GET')
        text = text.slice(end)
        if (isProbe) {
          if (!engine.isHung) socket.write(ready)
          continue
        }
        engine.requests += 1
        generating.add(socket)
        engine.script(socket)
      }
    })
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const { port } = server.address() as AddressInfo
  const engine: RawEngine = {
    url: `http://127.0.0.1:${port}`,
    script: () => {},
    requests: 0,
    isHung: false,
    openSockets: () => generating.size,
    async close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      for (const socket of sockets) socket.destroy()
      await closed.promise
    },
  }
  return engine
}

/** Where the first request of `text` ends, body included; undefined while it is not whole. */
function endOfRequest(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head + 2))?.[1] ?? 0)
  const end = head + 4 + length
  return end <= text.length ? end : undefined
}
