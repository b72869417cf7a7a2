import { createRequire } from 'node:module'
import type { buildConnector as BuildConnector, Dispatcher, Pool as UndiciPool } from 'undici'
import { baseUrl, type ReplicaAddress } from '../../../discovery/contract.ts'
import type {
  ConnectOptions,
  UpstreamCall,
  UpstreamClient,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamRequest,
  UpstreamTls,
} from './contract.ts'

/**
 * How long an unused connection stays open. uvicorn, in front of vLLM and SGLang, closes after 5 s
 * (its --timeout-keep-alive); closing first avoids sending a request into a closing connection.
 */
const keepAliveMs = 4_000

/** Most gateways never ask for TLS: what undici takes in the heap of each thread is taken at its first use. */
const load = createRequire(import.meta.url)

interface Undici {
  readonly Pool: typeof UndiciPool
  readonly buildConnector: typeof BuildConnector
}

class Aborted extends Error {}

/** One request: undici's handler on one side, our call on the other. */
class UndiciCall implements Dispatcher.DispatchHandler, UpstreamCall {
  readonly #handler: UpstreamHandler
  #controller: Dispatcher.DispatchController | null = null
  #stage: UpstreamFailure['kind'] = 'connect'
  #isOver = false
  #isSending = true

  constructor(handler: UpstreamHandler) {
    this.#handler = handler
  }

  /** From here on failures are reported at once. */
  sent(): void {
    this.#isSending = false
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    // Without a controller it still waits for a connection: it is taken back as soon as there is one.
    this.#controller?.abort(new Aborted())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#stage = 'reset'
    if (this.#isOver) controller.abort(new Aborted())
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#isOver || status < 200) return
    this.#stage = 'died'
    const raw = controller.rawHeaders
    const headers = Array.isArray(raw)
      ? raw.map((part, index) => {
          const text = typeof part === 'string' ? part : part.toString('latin1')
          return index % 2 === 0 ? text.toLowerCase() : text
        })
      : []
    this.#handler.onHead(status, headers)
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (!this.#isOver) this.#handler.onData(piece)
  }

  onResponseEnd(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.onEnd()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    const detail = (error as NodeJS.ErrnoException).code ?? error.message
    const failure: UpstreamFailure = { kind: this.#stage, detail }
    if (this.#isSending) process.nextTick(() => this.#handler.onFailure(failure))
    else this.#handler.onFailure(failure)
  }
}

/** Connections to one replica over undici's `dispatch`, its lowest level; its own time-outs are off but the connect's. */
export function createUndiciUpstream(
  address: ReplicaAddress,
  { connectTimeoutMs, tls }: ConnectOptions,
): UpstreamClient {
  const { basePath, hostName } = address
  // undici takes the name for SNI and for checking the certificate from this field too.
  const named = hostName === undefined ? [] : ['host', new URL(baseUrl({ ...address, host: hostName })).host]
  const { Pool, buildConnector } = load('undici') as Undici
  const connector = buildConnector({ timeout: connectTimeoutMs, ...certificatesOf(tls) })
  const serverName = tls?.serverName
  const pool = new Pool(baseUrl({ ...address, basePath: '' }), {
    pipelining: 1,
    connections: null,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    connect:
      serverName === undefined ? connector : (asked, done) => connector({ ...asked, servername: serverName }, done),
  })
  return {
    send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
      const call = new UndiciCall(handler)
      const { body } = request
      const isStreamed = body !== null && !Buffer.isBuffer(body)
      const length = isStreamed && body.lengthBytes !== null ? ['content-length', String(body.lengthBytes)] : []
      pool.dispatch(
        {
          method: request.method,
          path: basePath + request.path,
          headers: [...named, ...request.headers, ...length],
          body: isStreamed ? body.stream : body,
        },
        call,
      )
      call.sent()
      return call
    },
    close() {
      pool.close().catch(() => {})
    },
    destroy() {
      pool.destroy().catch(() => {})
    },
  }
}

const certificatesOf = ({ ca, cert, key }: UpstreamTls = {}) => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
})
