import type { ClientRequest } from './downstream/client-request.ts'
import type { ClientResponse } from './downstream/client-response.ts'

/** Whether pages of an origin may call, for every origin that a browser may name (Fetch Standard, "CORS protocol"). */
export class OriginList {
  readonly #origins: ReadonlySet<string>
  readonly #isOpen: boolean

  /** @param origins such as `https://app.example`, or `*` for every page */
  constructor(origins: readonly string[]) {
    this.#isOpen = origins.includes('*')
    this.#origins = new Set(origins.map((origin) => origin.replace(/\/$/, '').toLowerCase()))
  }

  /** What `access-control-allow-origin` says to a page of `origin`; null when it may not call. */
  grant(origin: string | undefined): string | null {
    if (origin === undefined) return null
    if (this.#isOpen) return '*'
    return this.#origins.has(origin.toLowerCase()) ? origin : null
  }
}

/** How long a browser may remember a permission; Chromium forgets after two hours in any case. */
const rememberSeconds = '7200'

/** Fields that pages may read beside those that every page may. */
const exposed = 'x-request-id, retry-after, x-fairlead-decision'

/**
 * Grants a page of an allowed origin what it may do: called for every request before it is handled.
 * @returns whether the request was a preflight, which is answered then
 */
export function handleCors(origins: OriginList, request: ClientRequest, response: ClientResponse): boolean {
  const granted = origins.grant(request.header('origin'))
  if (granted === null) return false
  response.setHeader('access-control-allow-origin', granted)
  if (granted !== '*') response.setHeader('vary', 'origin')
  if (request.method !== 'OPTIONS' || request.header('access-control-request-method') === undefined) {
    response.setHeader('access-control-expose-headers', exposed)
    return false
  }
  const requested = request.header('access-control-request-headers')
  response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
  response.setHeader('access-control-max-age', rememberSeconds)
  if (requested !== undefined) response.setHeader('access-control-allow-headers', requested)
  // A page on the internet that calls an address of the local network (WICG, "Private Network Access").
  if (request.header('access-control-request-private-network') === 'true') {
    response.setHeader('access-control-allow-private-network', 'true')
  }
  response.writeHead(204, []).end()
  return true
}
