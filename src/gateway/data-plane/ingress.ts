import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { presentedKey, type ApiKeys, type KeyOwner, type Scope } from '../../access/index.ts'
import { sendRefusal } from './answer.ts'
import { discardBody } from './collect-body.ts'
import { errorBody, errorShapeOf } from './error-body.ts'
import { handleCors } from './cors.ts'
import type { DataPlane, ExchangeRequest } from './data-plane.ts'
import { Exchange } from './exchange.ts'
import { Refusal } from './refusal.ts'
import { requestIdOf } from './request-id.ts'
import type { EngineRoute, LocalAnswer, LocalRoute, RouteTable, UnknownRoute } from './route.ts'
import { unknownRoute } from './unknown-route.ts'

/** What a listener serves, and to whom. */
export interface IngressOptions {
  readonly plane: DataPlane
  readonly routes: RouteTable
  readonly headerLimitBytes: number
  /** Whether it is for clients: web pages of other origins and unknown paths are served as the settings say. */
  readonly isForClients: boolean
}

/** Whole head within this time, against clients that trickle it. */
const headersTimeoutMs = 15_000
/** Whole request with its body within this time. */
const requestTimeoutMs = 300_000
/** Longer than load balancers keep theirs (AWS and nginx: 60 to 75 s), so that it is never we who close first. */
const keepAliveTimeoutMs = 90_000

/** Creates the HTTP server of a listener; it does not listen yet. */
export function createIngress(options: IngressOptions): Server {
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: options.headerLimitBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
  })
  server.on('request', (request, response) => serve(options, request, response, false))
  server.on('checkContinue', (request, response) => serve(options, request, response, true))
  server.on('clientError', answerUnparsable)
  return server
}

function serve(
  options: IngressOptions,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): void {
  const requestId = requestIdOf(request.headers['x-request-id'])
  if (options.plane.isDraining) response.shouldKeepAlive = false
  try {
    const origins = options.isForClients ? options.plane.settings.origins : null
    if (origins !== null && handleCors(origins, request, response)) return
    dispatch(options, request, response, requestId, expectsContinue)
  } catch (error) {
    refuse(options, request, response, requestId, error)
  }
}

function dispatch(
  options: IngressOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  expectsContinue: boolean,
): void {
  const { plane, routes, isForClients } = options
  const { keys, passesUnknownPaths } = plane.settings
  const url = originForm(request.url ?? '/')
  const queryAt = url.indexOf('?')
  const path = queryAt < 0 ? url : url.slice(0, queryAt)
  const unknown = isForClients && passesUnknownPaths ? unknownRoute : null
  const match = routes.find(path) ?? unknown?.(path, request.method)
  if (match === undefined) {
    throw new Refusal('bad_request', `There is nothing at ${request.method ?? ''} ${path}.`, { status: 404 })
  }
  const { route, model } = match
  const isMethod = request.method === route.method || (route.method === 'GET' && request.method === 'HEAD')
  if (!isMethod) {
    const allow = route.method === 'GET' ? 'GET, HEAD' : route.method
    const message = `${path} is asked with ${route.method}, not ${request.method ?? ''}.`
    throw new Refusal('bad_request', message, { status: 405, headers: ['allow', allow] })
  }
  const scope = route.kind === 'local' ? route.scope : 'inference'
  const owner = keys === null || scope === 'open' ? null : authorize(keys, request, scope)
  if (route.kind === 'local') {
    answerLocally(options, request, response, requestId, route, { model, owner })
    return
  }
  new Exchange(plane, {
    request,
    response,
    requestId,
    path,
    enginePath: queryAt < 0 ? route.enginePath : route.enginePath + url.slice(queryAt),
    pathModel: model,
    owner,
    translation: route.kind === 'engine' ? (route.translation ?? null) : null,
    bodyKind: bodyKindOf(route, request),
    isUnknownPath: route.kind === 'unknown',
    expectsContinue,
  }).start()
}

function bodyKindOf(route: EngineRoute | UnknownRoute, request: IncomingMessage): ExchangeRequest['bodyKind'] {
  if (route.method === 'GET') return 'none'
  if (route.kind === 'engine') return route.takesForm === true ? 'form' : 'json'
  return request.headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true ? 'form' : 'json'
}

/** RFC 9112 section 3.2.2: a server accepts the absolute form too. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url
  const absolute = URL.parse(url)
  return absolute === null ? url : absolute.pathname + absolute.search
}

function authorize(keys: ApiKeys, request: IncomingMessage, scope: Scope): KeyOwner {
  const key = presentedKey(request.headers)
  if (key === undefined) {
    const message = 'An API key is needed: send it as "Authorization: Bearer KEY".'
    throw new Refusal('invalid_api_key', message, { headers: ['www-authenticate', 'Bearer'] })
  }
  const owner = keys.identify(key)
  if (owner === undefined) {
    const headers = ['www-authenticate', 'Bearer error="invalid_token"']
    throw new Refusal('invalid_api_key', 'The API key is not valid here.', { headers })
  }
  if (!owner.scopes.has(scope) && !owner.scopes.has('admin')) {
    throw new Refusal('permission_denied', `This API key does not open ${scope}.`)
  }
  return owner
}

function answerLocally(
  options: IngressOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  route: LocalRoute,
  asked: Parameters<LocalRoute['answer']>[0],
): void {
  const send = ({ status, contentType, body }: LocalAnswer): void => {
    const bytes = Buffer.from(body)
    const fields = ['content-type', contentType, 'content-length', String(bytes.length)]
    response.writeHead(status, [...fields, 'cache-control', 'no-store', 'x-request-id', requestId])
    response.end(bytes)
  }
  const answer = route.answer(asked)
  if (!(answer instanceof Promise)) send(answer)
  else answer.then(send).catch((error: unknown) => refuse(options, request, response, requestId, error))
}

/** Answers with the error; requests that never became an exchange are counted and logged here. */
function refuse(
  { plane }: IngressOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  const isRefusal = error instanceof Refusal
  if (!isRefusal) plane.onFault(error, requestId)
  const refusal = isRefusal ? error : new Refusal('internal', 'The gateway failed to handle this request.')
  if (response.headersSent) response.destroy()
  else sendRefusal(response, refusal, requestId, errorShapeOf((request.url ?? '').split('?', 1)[0] ?? ''))
  discardBody(request, 2 * plane.settings.bodyLimitBytes)
  plane.catalogue.unknown.ended(refusal.status, refusal.code).add(1)
  plane.accessLog({
    requestId,
    method: request.method ?? '',
    path: (request.url ?? '').split('?', 1)[0]?.slice(0, 256) ?? '',
    status: refusal.status,
    reason: refusal.code,
    model: 'unknown',
    replica: '',
    client: '',
    remoteAddress: request.socket.remoteAddress ?? '',
    attempts: 0,
    durationMs: 0,
    bytesIn: 0,
    bytesOut: 0,
  })
}

/** What llhttp could not read gets a status in words too, then the connection closes: its framing is not to be trusted. */
function answerUnparsable(
  error: NodeJS.ErrnoException,
  socket: Duplex & { _httpMessage?: ServerResponse | null },
): void {
  // Node's own handler looks at the same field: an answer under way must not get another one in its middle.
  const { _httpMessage: answer } = socket
  const isAnswering = answer?.headersSent === true
  if (!socket.writable || isAnswering || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const message =
    status === 431
      ? 'The request head is larger than this gateway allows.'
      : status === 408
        ? 'The request did not arrive in time.'
        : 'The request is not valid HTTP/1.1.'
  const body = errorBody(new Refusal('bad_request', message, { status }))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
