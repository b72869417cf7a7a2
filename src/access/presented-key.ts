import type { IncomingHttpHeaders } from 'node:http'

/**
 * The key that a request presents: `Authorization: Bearer` (RFC 6750 section 2.1; the scheme in any case) or,
 * as Anthropic's clients send it, `x-api-key`.
 */
export function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  if (authorization !== undefined) {
    const match = /^bearer +([^ ]+) *$/i.exec(authorization)
    return match?.[1]
  }
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : undefined
}
