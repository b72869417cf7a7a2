import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '../../errors/index.ts'

/** What is served. */
export interface StatusSource {
  /** False where only a restart helps. */
  isAlive(): boolean
  /** Whether it does its part: it leads and knows its Fleets, or waits for its turn. */
  isReady(): boolean
  readonly metrics: { readonly contentType: string; render(): Promise<string> }
}

/** A server that listens. */
export interface StatusServer {
  readonly port: number
  close(): Promise<void>
}

/** Listens for probes and Prometheus. */
export async function serveStatus(source: StatusSource, host: string, port: number): Promise<StatusServer> {
  const server = createServer((request, response) => {
    void answer(source, (request.url ?? '').split('?')[0] ?? '', response)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) =>
    reject(
      new UserError({
        what: `The controller cannot listen on ${host}:${port}`,
        why: error.message,
        mend: 'Choose another port with --port.',
        cause: error,
      }),
    ),
  )
  server.listen({ host, port }, resolve)
  await promise
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function answer(source: StatusSource, path: string, response: ServerResponse): Promise<void> {
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
    response.writeHead(status, { 'content-type': type }).end(text)
  }
  if (path === '/healthz') return source.isAlive() ? say(200, 'ok\n') : say(503, 'the election does not go on\n')
  if (path === '/readyz') return source.isReady() ? say(200, 'ok\n') : say(503, 'not yet\n')
  if (path !== '/metrics') return say(404, 'there are /healthz, /readyz and /metrics\n')
  try {
    say(200, await source.metrics.render(), source.metrics.contentType)
  } catch {
    say(500, 'metrics could not be written\n')
  }
}
