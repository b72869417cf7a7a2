import { METHODS } from 'node:http'
import { HttpSyntaxError, isCodingAmbiguous, listHolds, readFields } from '../http1/fields.ts'

/** A request that is not served because it could be read in two ways, or breaks RFC 9112 or our limits. */
export class RequestSyntaxError extends HttpSyntaxError {
  override readonly name = 'RequestSyntaxError'
  readonly status: number

  /** @param message what is wrong, for the client */
  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

/** Request line and header fields, and what they say about body and connection. */
export interface RequestHead {
  readonly method: string
  /** As sent: path and query, or the absolute form (RFC 9112 section 3.2). */
  readonly target: string
  /** Names in lower case and values in turn. */
  fields: readonly string[]
  /** How the end of the body is found; a request without a declared body has none (RFC 9112 section 6.3). */
  readonly framing: 'none' | 'length' | 'chunked'
  /** Bytes of a body with framing `length`, else 0. */
  readonly contentLength: number
  /** Whether the client may send another request on the connection. */
  readonly isKeptAlive: boolean
  /** Whether it is HTTP/1.0, which knows no chunks. */
  readonly isOld: boolean
  /** Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean
}

const methods = new Set(METHODS)
/** Method, then a target in origin, absolute or asterisk form; the authority form is for proxies that tunnel. */
const requestLine =
  /([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ((?:\/|\*(?= )|https?:\/\/)[\x21-\x7e\x80-\xff]*) HTTP\/1\.([01])\r\n/y
const length = /^\d{1,15}$/

/**
 * Reads a head, from its request line to the CRLF of its last field. Whatever a server in front of or behind this one
 * might frame in another way is refused: a length beside `chunked`, a second length, another coding, a tab
 * behind it, a second host.
 * @throws RequestSyntaxError
 */
export function readRequestHead(text: string): RequestHead {
  requestLine.lastIndex = 0
  const line = requestLine.exec(text)
  if (line === null) throw new RequestSyntaxError('The request line is not valid HTTP/1.1.')
  const [, method = '', target = '', minor] = line
  // What runs together with the end of another request looks like a method too.
  if (!methods.has(method)) throw new RequestSyntaxError('The request has a method that is not known.', 501)
  const fields = readRequestFields(text, requestLine.lastIndex)
  const isOld = minor === '0'
  let hosts = 0
  let contentLength = -1
  let isChunked = false
  let isKeptAlive = !isOld
  let expectsContinue = false
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    // Lengths first: most names are none of these.
    switch (name.length) {
      case 4:
        if (name === 'host') hosts += 1
        break
      case 6:
        if (name !== 'expect') break
        if (value.toLowerCase() !== '100-continue') throw new RequestSyntaxError('The expectation cannot be met.', 417)
        expectsContinue = !isOld
        break
      case 10:
        if (name === 'connection' && listHolds(value, 'close')) isKeptAlive = false
        break
      case 14:
        if (name !== 'content-length') break
        if (contentLength >= 0) throw new RequestSyntaxError('The request has more than one content-length.')
        if (!length.test(value)) throw new RequestSyntaxError('The content-length is no number.')
        contentLength = Number(value)
        break
      case 17:
        if (name !== 'transfer-encoding') break
        if (isChunked) throw new RequestSyntaxError('The request has more than one transfer-encoding.')
        if (value.toLowerCase() !== 'chunked') throw new RequestSyntaxError('Only chunked is a known coding.', 501)
        if (isCodingAmbiguous(text)) throw new RequestSyntaxError('The transfer-encoding ends with a tab.')
        isChunked = true
        break
      default:
    }
  }
  if (isChunked && contentLength >= 0) throw new RequestSyntaxError('The request has a length and is chunked too.')
  if (isChunked && isOld) throw new RequestSyntaxError('HTTP/1.0 knows no transfer-encoding.')
  if (hosts > 1 || (hosts === 0 && !isOld)) throw new RequestSyntaxError('The request must have one Host field.')
  const framing = isChunked ? 'chunked' : contentLength > 0 ? 'length' : 'none'
  return {
    method,
    target,
    fields,
    framing,
    contentLength: framing === 'length' ? contentLength : 0,
    isKeptAlive,
    isOld,
    expectsContinue: expectsContinue && framing !== 'none',
  }
}

/** Fields of a head or of trailers; what is wrong with them, in words for the client. */
export function readRequestFields(text: string, start: number): string[] {
  try {
    return readFields(text, start)
  } catch (error) {
    if (error instanceof HttpSyntaxError) throw new RequestSyntaxError(`The request has ${error.message}.`)
    throw error
  }
}
