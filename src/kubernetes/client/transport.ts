import { setTimeout as wait } from 'node:timers/promises'
import { Agent, request, type Dispatcher } from 'undici'
import { ClusterError, type RequestSubject } from './cluster-error.ts'
import type { Credentials, TlsMaterial } from './credentials.ts'
import { readFault } from './read-fault.ts'
import { readRefusal } from './read-refusal.ts'

/** A request to an API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly subject: RequestSubject
  /** Whether sending it twice is as good as once. */
  readonly isIdempotent: boolean
  /** Largest answer that is read. */
  readonly limitBytes?: number
  readonly deadlineMs?: number
  /** For streams: longest silence after which the connection counts as dead; 0 is any. */
  readonly silenceMs?: number
  readonly signal?: AbortSignal | undefined
  /** False where whoever asks asks again on their own. */
  readonly isRepeated?: boolean
  /** Told when a stream's answer has begun. */
  readonly onOpen?: (() => void) | undefined
}

/** Times of a transport; tests shorten them. */
export interface TransportTimes {
  /** For one attempt, to the end of its answer; API servers give up after 60 s themselves. */
  readonly deadlineMs: number
  readonly connectMs: number
  /** A server that never answered is asked again for so long. */
  readonly firstPatienceMs: number
  /** One that has answered before is waited for so long: it restarts. */
  readonly patienceMs: number
  /** So long when it says that it is busy. */
  readonly busyPatienceMs: number
  readonly firstBackoffMs: number
  readonly mostBackoffMs: number
}

/** An API server is back some 10 s after a restart; a person who mistyped an address should not wait that long. */
const usualTimes: TransportTimes = {
  deadlineMs: 65_000,
  connectMs: 10_000,
  firstPatienceMs: 2_000,
  patienceMs: 45_000,
  busyPatienceMs: 120_000,
  firstBackoffMs: 200,
  mostBackoffMs: 5_000,
}

const usualLimitBytes = 32 * 1024 * 1024
/** Longest text of a refusal that is read. */
const refusalLimitBytes = 1024 * 1024
/** Below the 60 s after which some balancers forget a connection; what client-go has too. */
const keepAliveProbeMs = 30_000
const mostConnections = 64

const key = ({ ca, cert, key: privateKey, passphrase, servername, rejectUnauthorized }: TlsMaterial): string =>
  [ca, cert, privateKey, passphrase, servername, rejectUnauthorized].map(String).join('\n')

/** Speaks HTTP to one API server: credentials, deadlines, and what is sent again when. */
export class ApiTransport {
  readonly #credentials: Credentials
  readonly #times: TransportTimes
  readonly #closed = new AbortController()
  #material: string | undefined
  #dispatcher: Dispatcher | undefined
  #hasAnswered = false

  constructor(credentials: Credentials, times: Partial<TransportTimes> = {}) {
    this.#credentials = credentials
    this.#times = { ...usualTimes, ...times }
  }

  get server(): string {
    return this.#credentials.server
  }

  /** The text of a successful answer. */
  async send(request: ApiRequest): Promise<string> {
    return this.#repeat(request, async (signal) => {
      const answer = await this.#ask(request, signal, request.deadlineMs ?? this.#times.deadlineMs)
      return readText(answer.body, request.limitBytes ?? usualLimitBytes, request.subject, this.server)
    })
  }

  /** The body of a successful answer, as it comes; ends when the caller's signal fires. */
  async *stream(request: ApiRequest): AsyncGenerator<Uint8Array> {
    const { silenceMs = 0, subject, signal } = request
    try {
      const answer = await this.#repeat(request, (either) => this.#ask(request, either, silenceMs))
      request.onOpen?.()
      yield* answer.body
    } catch (error) {
      if (signal?.aborted === true) return
      if (this.#closed.signal.aborted) throw cancelled(subject, error)
      throw isUserError(error) ? error : readFault(error, subject, this.server).error
    }
  }

  /** What a WebSocket is opened with. */
  async connection(): Promise<{
    readonly dispatcher: Dispatcher
    readonly headers: Readonly<Record<string, string | string[]>>
  }> {
    return this.#connection()
  }

  get signal(): AbortSignal {
    return this.#closed.signal
  }

  async close(): Promise<void> {
    this.#closed.abort()
    const dispatcher = this.#dispatcher
    this.#dispatcher = undefined
    await dispatcher?.destroy()
  }

  async #repeat<T>(apiRequest: ApiRequest, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { subject, isIdempotent } = apiRequest
    const signals = apiRequest.signal === undefined ? [] : [apiRequest.signal]
    const signal = AbortSignal.any([this.#closed.signal, ...signals])
    const began = performance.now()
    let isRenewed = false
    for (let failures = 0; ; failures += 1) {
      if (signal.aborted) throw cancelled(subject, signal.reason)
      let fault: { readonly error: ClusterError; readonly isUnsent: boolean }
      try {
        const result = await attempt(signal)
        this.#hasAnswered = true
        return result
      } catch (error) {
        if (signal.aborted) throw cancelled(subject, error)
        if (isUserError(error)) throw error
        fault = readFault(error, subject, this.server)
      }
      const { error, isUnsent } = fault
      if (error.status > 0) this.#hasAnswered = true
      if (error.reason === 'unauthorized' && !isRenewed) {
        isRenewed = true
        this.#credentials.renew()
        continue
      }
      if (apiRequest.isRepeated === false) throw error
      const isBusy = error.reason === 'too-many-requests'
      if (!isBusy && !(isRepeatable(error, apiRequest) && (isIdempotent || isUnsent))) throw error
      const { firstPatienceMs, patienceMs, busyPatienceMs } = this.#times
      const patience = isBusy ? busyPatienceMs : this.#hasAnswered ? patienceMs : firstPatienceMs
      const pause = error.retryAfterMs ?? this.#backoff(failures)
      if (performance.now() - began + pause > patience) throw error
      await wait(pause, undefined, { signal }).catch(() => {})
    }
  }

  /** Full jitter over the upper half, so that many clients of one restarted server do not come at once. */
  #backoff(failures: number): number {
    const { firstBackoffMs, mostBackoffMs } = this.#times
    return Math.min(mostBackoffMs, firstBackoffMs * 2 ** failures) * (0.5 + Math.random() / 2)
  }

  async #ask(
    { method, path, body, contentType, subject }: ApiRequest,
    signal: AbortSignal,
    bodyMs: number,
  ): Promise<Dispatcher.ResponseData> {
    const { dispatcher, headers } = await this.#connection()
    const answer = await request(`${this.server}${path}`, {
      method,
      dispatcher,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': 'fairlead',
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      headersTimeout: this.#times.deadlineMs,
      bodyTimeout: bodyMs,
      signal,
    })
    const { statusCode } = answer
    if (statusCode >= 200 && statusCode < 300) return answer
    const text = await readText(answer.body, refusalLimitBytes, subject, this.server)
    const retryAfter = answer.headers['retry-after']
    throw readRefusal({ status: statusCode, text, retryAfter: [retryAfter].flat()[0] }, subject, this.server)
  }

  async #connection() {
    const { headers, tls, proxy } = await this.#credentials.identity()
    const material = key(tls)
    if (this.#dispatcher === undefined || material !== this.#material) {
      const connect = {
        ...tls,
        timeout: this.#times.connectMs,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveProbeMs,
      }
      const made = await proxy?.()
      const before = this.#dispatcher
      this.#dispatcher = made ?? new Agent({ connections: mostConnections, allowH2: false, connect } as Agent.Options)
      this.#material = material
      // Requests under way end on the connections that they have.
      void before?.close()
    }
    return { dispatcher: this.#dispatcher, headers }
  }
}

const isUserError = (error: unknown): boolean => error instanceof Error && error.name === 'UserError'

/** A server that has just started calls its range of Service addresses full, or not ready, until it knows the range (pkg/registry/core/service). */
const allocatesNothingYet = /failed to allocate a service ?(?:IP|nodePort)|allocator not ready/i

/** Whether the same request may succeed a little later. */
function isRepeatable({ reason, status, message, retryAfterMs }: ClusterError, { method }: ApiRequest): boolean {
  if (reason === 'unreachable' || reason === 'timeout') return true
  if ((status === 500 || status === 422) && allocatesNothingYet.test(message)) return true
  // A 500 may come of what was sent; only reads are asked again, and only a server that says so itself.
  return status === 500 && method === 'GET' && retryAfterMs !== undefined
}

/** The caller's wish, or the end of the client. */
export function cancelled(subject: RequestSubject, cause: unknown): ClusterError {
  return new ClusterError({ reason: 'cancelled', message: 'The request was cancelled.', subject, cause })
}

async function readText(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  limitBytes: number,
  subject: RequestSubject,
  server: string,
): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > limitBytes) {
      const message = `The answer has more than ${limitBytes} bytes.`
      throw new ClusterError({ reason: 'internal', message, subject, server })
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces, length).toString('utf8')
}
