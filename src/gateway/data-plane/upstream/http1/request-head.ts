import type { UpstreamRequest } from '../contract.ts'

/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const forbiddenInValue = /[^\t\x20-\x7e\x80-\xff]/
const forbiddenInPath = /[^\x21-\x7e\x80-\xff]/

/** A request that cannot be written without breaking its framing. */
class UnwritableRequestError extends Error {
  override readonly name = 'UnwritableRequestError'
}

/**
 * Writes a head as one string, to be sent as latin1: one character a byte, as node:http reads heads.
 * @throws UnwritableRequestError for a character that would end a line or a field early.
 */
export function requestHead(
  { method, path, headers, body }: UpstreamRequest,
  target: { readonly authority: string; readonly basePath: string },
): string {
  if (forbiddenInPath.test(path)) throw new UnwritableRequestError('the path holds a character that HTTP forbids')
  let head = `${method} ${target.basePath}${path} HTTP/1.1\r\nhost: ${target.authority}\r\n`
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    if (!token.test(name) || forbiddenInValue.test(value)) {
      throw new UnwritableRequestError(`the field ${JSON.stringify(name)} holds a character that HTTP forbids`)
    }
    head += `${name}: ${value}\r\n`
  }
  if (body === null) return method === 'POST' ? `${head}content-length: 0\r\n\r\n` : `${head}\r\n`
  const bytes = Buffer.isBuffer(body) ? body.length : body.lengthBytes
  return bytes === null ? `${head}transfer-encoding: chunked\r\n\r\n` : `${head}content-length: ${bytes}\r\n\r\n`
}
