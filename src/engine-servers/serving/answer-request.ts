import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConnectionCut, ServingError, type Backend } from './contract.ts'
import { errorBody, internalError, unavailable } from './errors.ts'
import { sendJson, type Route } from './exchange.ts'
import type { ServingMetrics } from './serving-metrics.ts'
import { readJsonObject } from './read-body.ts'

/** What every request of a server is answered with. */
export interface ServerContext {
  readonly backend: Backend
  readonly metrics: ServingMetrics
  readonly routes: readonly Route[]
  readonly version: string
  /** Key that paths below `/v1` ask for; undefined where they are open. */
  readonly apiKey: string | undefined
  readonly startedAt: number
  readonly maxBodyBytes: number
  readonly log: (line: string) => void
  isDraining: boolean
  /** Requests for work that have begun and whose answer has not left. */
  inFlight: number
  /** Called after each request that ends. */
  onEnded: () => void
}

/** Answers one HTTP request, whatever happens; settles when the work for it has ended. */
export async function answerRequest(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = requestIdOf(request)
  response.setHeader('x-request-id', requestId)
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new DOMException('The client has gone.', 'AbortError'))
  })
  try {
    const path = new URL(request.url ?? '/', 'http://engine').pathname
    if (!isLetIn(context, request, path)) {
      sendJson(response, 401, { error: 'Unauthorized' })
      return
    }
    const candidates = context.routes.filter((route) => route.path === path)
    if (candidates.length === 0) {
      sendJson(response, 404, { detail: 'Not Found' })
      return
    }
    const route = candidates.find(({ method }) => method === request.method)
    if (route === undefined) {
      response.setHeader('allow', candidates.map(({ method }) => method).join(', '))
      sendJson(response, 405, { detail: 'Method Not Allowed' })
      return
    }
    if (!route.isAlwaysOpen) {
      refuseUnlessServing(context)
      countInFlight(context, response)
    }
    const body = route.method === 'POST' && !route.isBodiless ? await readJsonObject(request, context.maxBodyBytes) : {}
    await route.handle({ ...context, body, requestId, response, signal: gone.signal })
  } catch (error) {
    if (gone.signal.aborted) return
    answerError(context, request, response, error)
  }
}

/** Whether a request may go on: it shows the key, or its path asks for none (vLLM's AuthenticationMiddleware and answer). */
function isLetIn({ apiKey }: ServerContext, { headers }: IncomingMessage, path: string): boolean {
  if (apiKey === undefined || !path.startsWith('/v1/')) return true
  return isSameText(headers.authorization ?? '', `Bearer ${apiKey}`)
}

/** Compares hashes, so that the time it takes tells nothing of a secret. */
function isSameText(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return first !== undefined && second !== undefined && timingSafeEqual(first, second)
}

function refuseUnlessServing({ backend, isDraining }: ServerContext): void {
  if (isDraining) throw unavailable('This engine is shutting down.')
  const state = backend.state()
  if (state === 'loading') throw unavailable('The model is loading.')
  if (state === 'failed') throw internalError()
}

function countInFlight(context: ServerContext, response: ServerResponse): void {
  context.inFlight += 1
  response.once('close', () => {
    context.inFlight -= 1
    context.onEnded()
  })
}

function answerError(context: ServerContext, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (error instanceof ConnectionCut) {
    response.destroy()
    return
  }
  if (!(error instanceof ServingError)) {
    context.log(
      `${request.method} ${request.url} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    )
  }
  const told = error instanceof ServingError ? error : internalError()
  if (response.headersSent) {
    response.end(`data: ${JSON.stringify(errorBody(told))}\n\ndata: [DONE]\n\n`)
    return
  }
  if (told.status === 503) response.setHeader('retry-after', '1')
  // What is left of a body that nobody reads would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  sendJson(response, told.status, errorBody(told))
}

/** The client's id where it fits a header and a log line, else one of ours. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\x21-\x7e]{1,256}$/.test(given) ? given : randomUUID().replaceAll('-', '')
}
