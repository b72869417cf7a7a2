import type { ReplicaAddress } from '../../../discovery/index.ts'
import type { UpstreamCall, UpstreamClient, UpstreamHandler, UpstreamRequest } from './contract.ts'
import { ConnectionPool } from './http1/connection-pool.ts'
import { requestHead } from './http1/request-head.ts'

/** A request that was refused before it got a connection. */
class RefusedCall implements UpstreamCall {
  #isOver = false

  constructor(handler: UpstreamHandler, detail: string) {
    process.nextTick(() => {
      if (!this.#isOver) handler.onFailure({ kind: 'connect', detail })
    })
  }

  pause(): void {}
  resume(): void {}
  abort(): void {
    this.#isOver = true
  }
}

/** Plain HTTP/1.1 to one replica, on sockets of our own. */
export class Http1Upstream implements UpstreamClient {
  readonly #pool: ConnectionPool
  readonly #target: { readonly authority: string; readonly basePath: string }
  #isClosed = false

  constructor(
    { host, port, basePath, hostName = host }: ReplicaAddress,
    options: { readonly connectTimeoutMs: number },
  ) {
    const name = hostName.includes(':') ? `[${hostName}]` : hostName
    this.#target = { authority: port === 80 ? name : `${name}:${port}`, basePath }
    this.#pool = new ConnectionPool({ host, port, connectTimeoutMs: options.connectTimeoutMs })
  }

  /** Connections that are open, and how many of them wait for a request. */
  get connections(): { readonly open: number; readonly idle: number } {
    return { open: this.#pool.size, idle: this.#pool.idleSize }
  }

  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    if (this.#isClosed) return new RefusedCall(handler, 'the client is closed')
    const { body, memory = null } = request
    let head: string
    try {
      head = requestHead(request, this.#target)
    } catch (error) {
      return new RefusedCall(handler, error instanceof Error ? error.message : String(error))
    }
    return this.#pool.send({ head, body, memory, isHead: request.method === 'HEAD' }, handler)
  }

  close(): void {
    this.#isClosed = true
    this.#pool.close()
  }

  destroy(): void {
    this.#isClosed = true
    this.#pool.destroy()
  }
}
