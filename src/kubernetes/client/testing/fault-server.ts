import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Credentials } from '../credentials.ts'

/** How the server answers one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown

/** An API server whose every answer is ordered, faults included. */
export interface FaultServer {
  readonly credentials: Credentials
  /** Method and path of each request that came, in order. */
  readonly asked: readonly string[]
  /** How often the credentials were renewed. */
  readonly renewals: number
  /** Answers the next requests, one after the other; the last one stays. */
  answer(...answers: readonly Answer[]): void
  /** Cuts every connection. */
  cut(): void
  /** Ends it, or, with `listen`, lets it be there again at the same port. */
  stop(): Promise<void>
  listen(): Promise<void>
}

/** An answer with a JSON body. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

/** A refusal as an API server words it. */
export const status = (
  code: number,
  message: string,
  more: object = {},
  headers: Record<string, string> = {},
): Answer => json({ kind: 'Status', status: 'Failure', code, message, ...more }, code, headers)

/** A ConfigMap as it is stored. */
export const stored = (name: string, resourceVersion: number, data: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'lab', uid: `uid-${name}`, resourceVersion: String(resourceVersion) },
  data,
})

/** A page of a list. */
export const page = (resourceVersion: number, items: readonly object[], more?: string): Answer =>
  json({
    metadata: { resourceVersion: String(resourceVersion), ...(more === undefined ? {} : { continue: more }) },
    items,
  })

/** Writes events of a watch and leaves it open, unless told how it ends. */
export const events =
  (list: readonly (readonly [type: string, object: object])[], end?: 'end' | 'cut'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const text = list.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join('')
    if (text !== '') response.write(text)
    if (end === 'end') response.end()
    // What was written before goes out first.
    if (end === 'cut') setImmediate(() => response.destroy())
  }

/** Starts it on loopback. */
export async function startFaultServer(): Promise<FaultServer> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  let answers: Answer[] = []
  let renewals = 0
  let port = 0
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume()
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined) response.writeHead(500).end()
    else answer(response, request)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as AddressInfo)
  }
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  await listen()
  return {
    asked,
    get renewals() {
      return renewals
    },
    credentials: {
      context: 'faults',
      server: `http://127.0.0.1:${port}`,
      namespace: 'lab',
      identity: async () => ({ headers: { authorization: 'Bearer x' }, tls: {} }),
      renew: () => {
        renewals += 1
      },
    },
    answer: (...next) => {
      answers = [...next]
    },
    cut,
    listen,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
