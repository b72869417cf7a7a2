import { HttpSyntaxError, isCodingAmbiguous, listHolds, readFields } from '../../http1/fields.ts'

/** How the end of a body is found (RFC 9112 section 6.3). */
export type Framing = 'none' | 'length' | 'chunked' | 'until-close'

/** Status line and header fields of a response, and what they say about its body and connection. */
export interface ResponseHead {
  readonly status: number
  /** Names in lower case and values in turn; the parser lets go of them once they were handed on. */
  fields: readonly string[]
  readonly framing: Framing
  /** Bytes of a body with framing `length`, else 0. */
  readonly contentLength: number
  /** Whether the other side lets the connection stay open after this answer. */
  readonly isKeptAlive: boolean
  /** How long it says that it keeps an unused connection (`Keep-Alive: timeout=`, in seconds); Infinity when it does not say. */
  readonly idleSeconds: number
}

const statusLine = /HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/y
const length = /^\d{1,15}$/

/**
 * Reads a head, from its status line to the CRLF of its last field.
 * Whatever could be framed in two ways is refused: a length beside `chunked`, a second length, another coding.
 * @throws HttpSyntaxError
 */
export function readResponseHead(text: string, isAnswerToHead: boolean): ResponseHead {
  statusLine.lastIndex = 0
  const line = statusLine.exec(text)
  if (line === null) throw new HttpSyntaxError('a status line that is not well formed')
  const status = Number(line[2])
  const fields = readFields(text, statusLine.lastIndex)
  let contentLength = -1
  let isChunked = false
  let isKeptAlive = line[1] === '1'
  let idleSeconds = Infinity
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    // Lengths first: most names are none of these.
    switch (name.length) {
      case 10:
        if (name === 'keep-alive') idleSeconds = Number(/(?:^|[,; ])timeout=(\d{1,6})/i.exec(value)?.[1] ?? Infinity)
        else if (name !== 'connection') break
        else if (listHolds(value, 'close')) isKeptAlive = false
        else if (listHolds(value, 'keep-alive')) isKeptAlive = true
        break
      case 14:
        if (name !== 'content-length') break
        if (contentLength >= 0) throw new HttpSyntaxError('more than one content-length')
        if (!length.test(value)) throw new HttpSyntaxError('a content-length that is no number')
        contentLength = Number(value)
        break
      case 17:
        if (name !== 'transfer-encoding') break
        if (isChunked || value.toLowerCase() !== 'chunked' || isCodingAmbiguous(text)) {
          throw new HttpSyntaxError('a transfer-encoding other than chunked')
        }
        isChunked = true
        break
      default:
    }
  }
  if (isChunked && contentLength >= 0) throw new HttpSyntaxError('content-length beside transfer-encoding')
  if (isChunked && line[1] === '0') throw new HttpSyntaxError('transfer-encoding in HTTP/1.0')
  const isWithoutBody = isAnswerToHead || status < 200 || status === 204 || status === 304 || contentLength === 0
  const framing = isWithoutBody ? 'none' : isChunked ? 'chunked' : contentLength > 0 ? 'length' : 'until-close'
  if (framing === 'until-close') isKeptAlive = false
  return { status, fields, framing, contentLength: framing === 'length' ? contentLength : 0, isKeptAlive, idleSeconds }
}
