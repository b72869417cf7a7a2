import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerRequest, type ServerContext } from './answer-request.ts'
import type { Backend } from './contract.ts'
import type { Route } from './exchange.ts'
import { createMetrics, type MetricsStyle } from './metrics.ts'
import { routes } from './routes.ts'

/** What a server is started with. */
export interface ServerOptions {
  readonly backend: Backend
  readonly host: string
  /** 0 for a free one. */
  readonly port: number
  readonly metricsStyle: MetricsStyle
  /** What `/version` tells. */
  readonly version: string
  /** Largest body that is read; 32 MiB when absent: a prompt of 1 M tokens, escaped, several times over. */
  readonly maxBodyBytes?: number
  /** Key that paths below `/v1` ask for, as vLLM does; they are open when absent or empty. */
  readonly apiKey?: string | undefined
  /** Routes beside the common ones. */
  readonly extraRoutes?: readonly Route[]
  /** Takes lines about faults of ours; they go nowhere when absent. */
  readonly log?: (line: string) => void
}

/** A server that listens. */
export interface RunningServer {
  readonly host: string
  readonly port: number
  /** Base URL, without `/v1`. */
  readonly url: string
  /**
   * Answers 503 to new requests, `/health` included, and waits up to `graceMs` for the running ones. Resolves to whether
   * all of them finished; `close` cuts the rest.
   */
  drain(graceMs: number): Promise<boolean>
  /** Cuts everything and closes the backend. */
  close(): Promise<void>
}

/** Longer than the idle time of the gateway and of usual load balancers (60 s), so that the client closes first. */
const keepAliveTimeoutMs = 75_000

/** Puts OpenAI's HTTP surface before a backend and listens; rejects with Node's error when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const context: ServerContext = {
    backend: options.backend,
    metrics: createMetrics(options.metricsStyle, options.backend),
    routes: [...routes, ...(options.extraRoutes ?? [])],
    version: options.version,
    apiKey: options.apiKey === '' ? undefined : options.apiKey,
    startedAt: Math.floor(Date.now() / 1000),
    maxBodyBytes: options.maxBodyBytes ?? 32 * 1024 * 1024,
    log: options.log ?? (() => {}),
    isDraining: false,
    inFlight: 0,
    onEnded: () => {},
  }
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs, noDelay: true }, (request, response) => {
    if (context.isDraining) response.setHeader('connection', 'close')
    void answerRequest(context, request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  options.backend.listening?.({ host: options.host, port })
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()))
  return {
    host: options.host,
    port,
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async drain(graceMs) {
      context.isDraining = true
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), graceMs)
        context.onEnded = () => {
          if (context.inFlight > 0) return
          clearTimeout(timer)
          resolve(true)
        }
        context.onEnded()
      })
    },
    async close() {
      if (server.listening) server.close()
      server.closeAllConnections()
      await closed
      await options.backend.close()
    },
  }
}
