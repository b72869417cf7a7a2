import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A request as it came. */
export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the client broke off before the answer was complete. */
  isAborted: boolean
  abortedAt: number
}

/** What an upstream does with a request for generation; an answer that it never ends stays open. */
export type Behaviour = (response: ServerResponse, received: ReceivedRequest, index: number) => void

/** An engine that does what a test says. */
export interface ProgrammableUpstream {
  readonly url: string
  readonly port: number
  /** Requests for generation, in the order of their arrival; the body may still be coming. */
  readonly received: ReceivedRequest[]
  behave: Behaviour
  /** Whether readiness probes succeed. */
  isReady: boolean
  /** What `/metrics` answers; null for 503. */
  metrics: string | null
  /** Answers that are open now. */
  openAnswers(): number
  /** Breaks every connection and stops listening, as a killed process does. */
  kill(): Promise<void>
}

/** Answers with JSON. */
export function answerJson(value: unknown, status = 200): Behaviour {
  const body = Buffer.from(JSON.stringify(value))
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  }
}

/** Begins an event stream and hands over what writes to it. */
export function answerEvents(write: (response: ServerResponse, received: ReceivedRequest) => void): Behaviour {
  return (response, received) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.flushHeaders()
    write(response, received)
  }
}

/** Starts an upstream on a free port of the loopback address, or on `port` of another one (on Linux all 127.0.0.0/8 are there). */
export async function startUpstream(
  behave: Behaviour = answerJson({ ok: true }),
  port = 0,
  host = '127.0.0.1',
): Promise<ProgrammableUpstream> {
  const sockets = new Set<Socket>()
  let open = 0
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const pieces: Buffer[] = []
    const received: ReceivedRequest & { body: Buffer } = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.alloc(0),
      isAborted: false,
      abortedAt: 0,
    }
    const index = upstream.received.push(received) - 1
    open += 1
    response.on('close', () => {
      open -= 1
      if (response.writableFinished) return
      received.isAborted = true
      received.abortedAt = performance.now()
    })
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      received.body = Buffer.concat(pieces)
      upstream.behave(response, received, index)
    })
  }
  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    if (request.url === '/metrics')
      response.writeHead(upstream.metrics === null ? 503 : 200).end(upstream.metrics ?? '')
    else if (request.method === 'GET') response.writeHead(upstream.isReady ? 200 : 503).end('{}')
    else take(request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const listening = Promise.withResolvers<void>()
  server.listen(port, host, listening.resolve)
  await listening.promise
  const address = server.address() as AddressInfo
  const upstream: ProgrammableUpstream = {
    url: `http://${host}:${address.port}`,
    port: address.port,
    received: [],
    behave,
    isReady: true,
    metrics: '',
    openAnswers: () => open,
    async kill() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      for (const socket of sockets) socket.resetAndDestroy()
      await closed.promise
    },
  }
  return upstream
}
