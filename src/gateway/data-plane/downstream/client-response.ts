import { STATUS_CODES } from 'node:http'
import { fieldValue, UnwritableError, writeFields } from '../http1/fields.ts'
import { httpDate } from './http-date.ts'

/** What a response may do with its connection. */
export interface ResponseConnection {
  /** Sends bytes, which are not needed after the call, in one go; false asks to wait until the client reads. */
  send(before: string, body: Buffer | null, after: string): boolean
  /** The response is whole. */
  onResponseEnd(isKeptAlive: boolean): void
  /** Whether the connection can carry another request. */
  readonly canGoOn: boolean
  destroy(): void
  /** Breaks the connection so that it cannot be taken for closed. */
  reset(): void
}

/** Who hears of the client that a response is for. */
export interface ResponseOwner {
  /** The connection broke before the response was whole. */
  onClientClosed?(): void
  /** The client has read what `write` said was too much. */
  onClientReads?(): void
}

/** How the end of the body is told: by a length, by chunks, by closing (HTTP/1.0), or there is no body. */
type Framing = 'length' | 'chunked' | 'close' | 'none'

const digits = /^\d{1,15}$/
const keepAlive = 'connection: keep-alive\r\nkeep-alive: timeout='

/** The answer to one request. What is written after its connection is gone goes nowhere. */
export class ClientResponse {
  /** Whether another request may come on this connection; too late to change once the head is sent. */
  shouldKeepAlive: boolean
  /**
   * Who writes it. One object, since V8 allocates a function that is assigned to a property among the old objects, where it
   * keeps all that it refers to alive until the whole heap is marked.
   */
  owner: ResponseOwner | null = null
  statusCode = 200
  headersSent = false
  #connection: ResponseConnection | null
  readonly #isHead: boolean
  readonly #isOld: boolean
  readonly #idleSeconds: number
  #extra: string[] | null = null
  /** The head, until the first bytes of the body go with it. */
  #unsent = ''
  #framing: Framing = 'none'
  /** Bytes that the declared length still has. */
  #left = 0

  constructor(
    connection: ResponseConnection,
    request: { readonly method: string; readonly isOld: boolean; readonly isKeptAlive: boolean },
    idleSeconds: number,
  ) {
    this.#connection = connection
    this.#isHead = request.method === 'HEAD'
    this.#isOld = request.isOld
    this.shouldKeepAlive = request.isKeptAlive
    this.#idleSeconds = idleSeconds
  }

  /** A field that goes with whatever head is sent. */
  setHeader(name: string, value: string): void {
    this.#extra ??= []
    this.#extra.push(name, value)
  }

  /** Asks the client to send its body (RFC 9110 section 15.2.1). */
  writeContinue(): void {
    this.#connection?.send('HTTP/1.1 100 Continue\r\n\r\n', null, '')
  }

  /**
   * Sets the head, which leaves with the first bytes of the body or at the end. A `content-length` among the fields
   * frames the body, else it is sent in chunks.
   * @param fields names in lower case and values in turn
   * @throws UnwritableError for a field that would break the framing
   */
  writeHead(status: number, fields: readonly string[]): this {
    if (this.headersSent) throw new Error('a second head was written')
    const lines = writeFields(fields)
    const extra = this.#extra === null ? '' : writeFields(this.#extra)
    const length = fieldValue(fields, 'content-length')
    if (length !== undefined && !digits.test(length)) throw new UnwritableError('the content-length is no number')
    const isBodiless = this.#isHead || status === 204 || status === 304
    this.#framing = isBodiless ? 'none' : length !== undefined ? 'length' : this.#isOld ? 'close' : 'chunked'
    this.#left = Number(length)
    if (this.#framing === 'close' || this.#connection?.canGoOn === false) this.shouldKeepAlive = false
    this.headersSent = true
    this.statusCode = status
    const connection = this.shouldKeepAlive ? `${keepAlive}${this.#idleSeconds}` : 'connection: close'
    const coding = this.#framing === 'chunked' ? 'transfer-encoding: chunked\r\n' : ''
    this.#unsent = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}${extra}date: ${httpDate()}\r\n${connection}\r\n${coding}\r\n`
    return this
  }

  /** Takes bytes of the body, for the time of the call; false asks to wait for `onClientReads`. */
  write(piece: Buffer | string): boolean {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    if (bytes.length === 0) return true
    const before = this.#takeHead()
    return this.#framing === 'chunked'
      ? this.#send(`${before}${bytes.length.toString(16)}\r\n`, bytes, '\r\n')
      : this.#sendPlain(before, bytes)
  }

  /** Takes the last bytes and ends the response. */
  end(piece?: Buffer | string): void {
    const bytes = piece === undefined ? null : typeof piece === 'string' ? Buffer.from(piece) : piece
    const before = this.#takeHead()
    if (this.#framing === 'chunked') {
      if (bytes === null || bytes.length === 0) this.#send(`${before}0\r\n\r\n`, null, '')
      else this.#send(`${before}${bytes.length.toString(16)}\r\n`, bytes, '\r\n0\r\n\r\n')
    } else if (before !== '' || (bytes !== null && bytes.length > 0)) {
      this.#sendPlain(before, bytes)
    }
    const connection = this.#connection
    this.#connection = null
    // A body shorter than its length leaves the client waiting for bytes: only closing tells it.
    if (this.#framing === 'length' && this.#left > 0) connection?.destroy()
    else connection?.onResponseEnd(this.shouldKeepAlive)
  }

  /** Breaks the connection in the middle of the response. */
  destroy(): void {
    if (this.#framing === 'close') this.#connection?.reset()
    else this.#connection?.destroy()
  }

  /** For the connection: it is gone. */
  close(): void {
    if (this.#connection === null) return
    this.#connection = null
    this.owner?.onClientClosed?.()
  }

  #takeHead(): string {
    if (!this.headersSent) throw new Error('a body was written before its head')
    const head = this.#unsent
    this.#unsent = ''
    return head
  }

  #sendPlain(before: string, bytes: Buffer | null): boolean {
    if (this.#framing === 'none' || bytes === null) return before === '' || this.#send(before, null, '')
    if (this.#framing === 'length') {
      this.#left -= bytes.length
      // More than was declared would be read as the next response.
      if (this.#left < 0) throw new Error('a body is longer than its content-length')
    }
    return this.#send(before, bytes, '')
  }

  #send(before: string, bytes: Buffer | null, after: string): boolean {
    return this.#connection === null || this.#connection.send(before, bytes, after)
  }
}
