import { STATUS_CODES } from 'node:http'
import { presentedKey, type ApiKeys, type KeyOwner, type Scope } from '../../access/index.ts'
import { sendRefusal } from './answer.ts'
import { errorBody, errorShapeOf } from './error-body.ts'
import { handleCors } from './cors.ts'
import type { DataPlane, ExchangeRequest } from './data-plane.ts'
import type { ConnectionTimes } from './downstream/client-connection.ts'
import type { ClientRequest } from './downstream/client-request.ts'
import type { ClientResponse } from './downstream/client-response.ts'
import { httpDate } from './downstream/http-date.ts'
import { HttpServer } from './downstream/http-server.ts'
import type { RequestSyntaxError } from './downstream/request-head.ts'
import { Exchange } from './exchange.ts'
import { recordRefusal } from './record-refusal.ts'
import { Refusal } from './refusal.ts'
import { requestIdOf } from './request-id.ts'
import type { EngineRoute, LocalAnswer, LocalRoute, RouteTable, UnknownRoute } from './route.ts'
import { unknownRoute } from './unknown-route.ts'

/** What a listener serves, and to whom. */
export interface IngressOptions {
  readonly plane: DataPlane
  readonly routes: RouteTable
  /** Whether it is for clients: web pages of other origins and unknown paths are served as the settings say. */
  readonly isForClients: boolean
}

const times: ConnectionTimes = {
  headMs: 15_000,
  requestMs: 300_000,
  // Longer than load balancers keep theirs (AWS and nginx: 60 to 75 s), so that it is never we who close first.
  idleMs: 90_000,
  lingerMs: 10_000,
}

/** A Fleet that serves models to everybody has not said that everybody may administer. */
const adminIsClosed =
  'Administration from other machines takes an API key with the scope admin, and this Fleet has no keys; ' +
  'or the gateway is started with --admin-open.'

/** Creates the HTTP server of a listener; it does not listen yet. */
export function createIngress(options: IngressOptions): HttpServer {
  return new HttpServer({
    get headerLimitBytes() {
      return options.plane.settings.headerLimitBytes
    },
    times,
    onRequest: (request, response) => serve(options, request, response),
    answerUnparsable: (error, ...where) => answerUnparsable(options.plane, error, ...where),
    onFault: (error) => options.plane.onFault(error, ''),
  })
}

function serve(options: IngressOptions, request: ClientRequest, response: ClientResponse): void {
  const requestId = requestIdOf(request.header('x-request-id'))
  if (options.plane.isDraining) response.shouldKeepAlive = false
  try {
    const origins = options.isForClients ? options.plane.settings.origins : null
    if (origins !== null && handleCors(origins, request, response)) return
    dispatch(options, request, response, requestId)
  } catch (error) {
    refuse(options, request, response, requestId, error)
  }
}

function dispatch(options: IngressOptions, request: ClientRequest, response: ClientResponse, requestId: string): void {
  const { plane, routes, isForClients } = options
  const { keys, passesUnknownPaths } = plane.settings
  const url = originForm(request.head.target)
  const queryAt = url.indexOf('?')
  const path = queryAt < 0 ? url : url.slice(0, queryAt)
  const unknown = isForClients && passesUnknownPaths ? unknownRoute : null
  const match = routes.find(path) ?? unknown?.(path, request.method)
  if (match === undefined) {
    throw new Refusal('bad_request', `There is nothing at ${request.method} ${path}.`, { status: 404 })
  }
  const { route, model } = match
  const isMethod = request.method === route.method || (route.method === 'GET' && request.method === 'HEAD')
  if (!isMethod) {
    const allow = route.method === 'GET' ? 'GET, HEAD' : route.method
    const message = `${path} is asked with ${route.method}, not ${request.method}.`
    throw new Refusal('bad_request', message, { status: 405, headers: ['allow', allow] })
  }
  const scope = route.kind === 'local' ? route.scope : 'inference'
  if (keys === null && scope === 'admin') throw new Refusal('permission_denied', adminIsClosed)
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
  }).start()
}

function bodyKindOf(route: EngineRoute | UnknownRoute, request: ClientRequest): ExchangeRequest['bodyKind'] {
  if (route.method !== 'POST') return 'none'
  if (route.kind === 'engine') return route.takesForm === true ? 'form' : 'json'
  return request.header('content-type')?.toLowerCase().startsWith('multipart/form-data') === true ? 'form' : 'json'
}

/** RFC 9112 section 3.2.2: a server accepts the absolute form too. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url
  const absolute = URL.parse(url)
  return absolute === null ? url : absolute.pathname + absolute.search
}

function authorize(keys: ApiKeys, request: ClientRequest, scope: Scope): KeyOwner {
  const key = presentedKey(request.header('authorization'), request.header('x-api-key'))
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
  request: ClientRequest,
  response: ClientResponse,
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
  request: ClientRequest,
  response: ClientResponse,
  requestId: string,
  error: unknown,
): void {
  const isRefusal = error instanceof Refusal
  if (!isRefusal) plane.onFault(error, requestId)
  const refusal = isRefusal ? error : new Refusal('internal', 'The gateway failed to handle this request.')
  if (response.headersSent) response.destroy()
  else sendRefusal(response, refusal, requestId, errorShapeOf(pathOf(request)))
  request.discard(2 * plane.settings.bodyLimitBytes)
  recordRefusal(plane, refusal, {
    requestId,
    method: request.method,
    path: pathOf(request),
    remoteAddress: request.remoteAddress,
  })
}

const pathOf = ({ head }: ClientRequest): string => head.target.split('?', 1)[0] ?? ''

/** The answer to bytes that are no request; one under way that they broke has been recorded, as one whose client left. */
function answerUnparsable(
  plane: DataPlane,
  { message, status }: RequestSyntaxError,
  remoteAddress: string,
  isWithinRequest: boolean,
): string {
  const refusal = new Refusal('bad_request', message, { status })
  const requestId = requestIdOf(undefined)
  if (!isWithinRequest) recordRefusal(plane, refusal, { requestId, method: '', path: '', remoteAddress })
  const body = errorBody(refusal)
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\ndate: ${httpDate()}\r\n` +
    `connection: close\r\n\r\n${body}`
  )
}
