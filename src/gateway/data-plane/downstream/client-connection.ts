import type { Socket } from 'node:net'
import { writeDue } from '../http1/due-writes.ts'
import { sendTogether } from '../http1/send-together.ts'
import { ClientRequest, type RequestConnection } from './client-request.ts'
import { ClientResponse, type ResponseConnection } from './client-response.ts'
import { RequestSyntaxError, type RequestHead } from './request-head.ts'
import { refuseEarly, RequestParser, type RequestSink } from './request-parser.ts'

/** How long each part of a connection's life may take, in milliseconds. */
export interface ConnectionTimes {
  /** From the first byte of a head to its last, against clients that trickle it. */
  readonly headMs: number
  /** From the first byte of a request to the last of its body, and from the end of an answer until the client has read it. */
  readonly requestMs: number
  /** Between two requests. */
  readonly idleMs: number
  /** For what a client still sends after its answer. */
  readonly lingerMs: number
}

/** Who serves a connection. */
export interface ConnectionOwner {
  /** The longest head, read for each. */
  readonly headerLimitBytes: number
  readonly times: ConnectionTimes
  onRequest(request: ClientRequest, response: ClientResponse): void
  /**
   * The whole answer to what could not be read, as it goes on the wire; the connection closes after it.
   * @param isWithinRequest whether it broke a request under way, whose response has been told that it is closed
   */
  answerUnparsable(error: RequestSyntaxError, remoteAddress: string, isWithinRequest: boolean): string
  /** Something of ours failed. */
  onFault(error: unknown): void
}

/** How long a new connection is left open where idle ones are closed, in milliseconds. */
export const newMs = 200
/** More than this of later requests is left in the kernel; as long as it is less, the client is seen to leave. */
const aheadBytes = 16 * 1024
/** What is thrown away of a body that nobody asked for. */
const unwantedBodyBytes = 1024 * 1024

/**
 * One connection of a client. It carries one request at a time: what a client sends beyond it (pipelining) waits,
 * most of it in the kernel.
 */
export class ClientConnection implements RequestSink, RequestConnection, ResponseConnection {
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #all: Set<ClientConnection>
  readonly #parser: RequestParser
  /** Asked for at once, since a socket that is gone does not tell. */
  readonly remoteAddress: string
  /** The request, until it is complete and answered. */
  #request: ClientRequest | null = null
  /** The response, until it is whole. */
  #response: ClientResponse | null = null
  /** What came beyond the request under way. */
  #rest: Buffer | null = null
  /** Since when it is in the part of its life that it is in; milliseconds of `performance.now`. */
  #since = performance.now()
  /** Whether nothing has come yet. */
  #isNew = true
  #isReading = false
  /** Whether the last answer was given: what still comes is thrown away. */
  #isClosing = false
  /** Bytes that may still be thrown away. */
  #discardLeft = Infinity

  /** @param all those of its server, which it belongs to until it is gone */
  constructor(socket: Socket, owner: ConnectionOwner, all: Set<ClientConnection>) {
    this.#socket = socket
    this.#owner = owner
    this.#all = all
    all.add(this)
    this.#parser = new RequestParser(this)
    this.remoteAddress = socket.remoteAddress ?? ''
  }

  get headerLimitBytes(): number {
    return this.#owner.headerLimitBytes
  }

  /**
   * Whether the body can be told from another request that follows it: not while a client that waits to be told to
   * continue may still send it or not, as it decides.
   */
  get canGoOn(): boolean {
    return this.#request === null || this.#request.isComplete || !this.#request.head.expectsContinue
  }

  /**
   * Takes what a read brought.
   * @param bytes only there during the call
   * @returns whether to go on reading
   */
  receive(bytes: Buffer): boolean {
    this.#isNew = false
    this.#discardLeft -= bytes.length
    if (this.#discardLeft < 0) this.destroy()
    if (this.#isClosing || this.#discardLeft < 0) return true
    if (this.#parser.isIdle && this.#rest === null) this.#since = performance.now()
    this.#read(bytes)
    if (this.#rest?.buffer === bytes.buffer) this.#rest = Buffer.from(this.#rest)
    return !this.#socket.isPaused()
  }

  onHead(head: RequestHead): void {
    const request = new ClientRequest(head, this)
    const response = new ClientResponse(this, head, Math.floor(this.#owner.times.idleMs / 1000))
    this.#request = request
    this.#response = response
    this.#owner.onRequest(request, response)
  }

  onBody(piece: Buffer): void {
    this.#request?.take(piece)
  }

  pauseReading(): void {
    this.#socket.pause()
  }

  resumeReading(): void {
    this.#socket.resume()
  }

  discard(limitBytes: number): void {
    this.#discardLeft = limitBytes
    this.#since = performance.now()
    this.#socket.resume()
  }

  send(before: string, body: Buffer | null, after: string): boolean {
    if (this.#isClosing || this.#socket.destroyed) return true
    return sendTogether(this.#socket, before, body, after, 'lent')
  }

  onResponseEnd(isKeptAlive: boolean): void {
    const request = this.#request
    this.#response = null
    if (!isKeptAlive) this.#close(request?.isComplete !== true)
    else if (request?.isComplete === true) this.#next()
    // Whoever took the body and gave it up has said how much of it may still come.
    else this.discard(this.#discardLeft === Infinity ? unwantedBodyBytes : this.#discardLeft)
  }

  /** Breaks the connection at once, after what was sent. */
  destroy(): void {
    writeDue()
    this.#socket.destroy()
  }

  /** Breaks it so that a client that reads to the end does not take this for the end. */
  reset(): void {
    writeDue()
    this.#socket.resetAndDestroy()
  }

  /**
   * Closes it where no request is under way; an answer that the client still reads leaves first. The first request of a
   * new connection is most likely on its way: it gets a moment.
   */
  closeIfIdle(): void {
    if (this.#isNew && performance.now() - this.#since < newMs) return
    const { isIdle, isDone } = this.#parser
    if (!this.#isClosing && this.#request === null && this.#rest === null && (isIdle || isDone)) this.#close(false)
  }

  /** The client sends nothing more: it has left, unless it has been answered and only reads. */
  onClientEnd(): void {
    if (this.#response !== null) this.destroy()
    else if (!this.#isClosing) this.#close(false)
  }

  /** The client has read what there was. */
  onDrain(): void {
    if (this.#response !== null) this.#response.owner?.onClientReads?.()
    else if (this.#request === null && this.#parser.isDone && !this.#isClosing) this.#next()
  }

  /** The socket is gone. */
  onGone(): void {
    this.#all.delete(this)
    this.#isClosing = true
    this.#rest = null
    const response = this.#response
    this.#response = null
    response?.close()
  }

  /** Ends what takes longer than it may. */
  checkTime(now: number): void {
    const { headMs, requestMs, idleMs, lingerMs } = this.#owner.times
    const tookMs = now - this.#since
    const parser = this.#parser
    if (this.#response === null && this.#socket.writableLength > 0) {
      if (tookMs > requestMs) this.destroy()
    } else if (this.#isClosing || (this.#response === null && parser.isPastHead)) {
      if (tookMs > lingerMs) this.destroy()
    } else if (this.#response === null && parser.isIdle) {
      if (tookMs > idleMs) this.destroy()
    } else if (this.#response === null ? tookMs > headMs : !parser.isDone && tookMs > requestMs) {
      this.#refuse(new RequestSyntaxError('The request did not arrive in time.', 408))
    }
  }

  /** Reads requests one after the other, in a loop: answers that come at once must not make the stack grow. */
  #read(bytes: Buffer): void {
    this.#rest = this.#rest === null ? bytes : Buffer.concat([this.#rest, bytes])
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#rest !== null && !this.#isClosing) {
        if (this.#parser.isDone) {
          refuseEarly(this.#rest)
          if (this.#rest.length > aheadBytes) this.#socket.pause()
          break
        }
        const rest = this.#rest
        this.#rest = null
        this.#rest = this.#parser.push(rest)
        if (this.#parser.isDone) this.#completeRequest()
      }
    } catch (error) {
      if (error instanceof RequestSyntaxError) this.#refuse(error)
      else this.#fail(error)
    } finally {
      this.#isReading = false
    }
  }

  #completeRequest(): void {
    if (this.#request?.isComplete === false) this.#request.complete()
    // Nobody else ends a pause of whoever took the body.
    if (this.#socket.isPaused()) this.#socket.resume()
    // Answered before its last byte came; one that is answered now has gone on already.
    if (this.#response === null && this.#parser.isDone && !this.#isClosing) this.#next()
  }

  #next(): void {
    this.#request = null
    this.#discardLeft = Infinity
    this.#since = performance.now()
    // Who does not read answers gets no more of them, until `onDrain`: they would pile up here.
    if (this.#socket.writableNeedDrain) return
    this.#parser.next()
    const rest = this.#rest
    if (this.#isReading || rest === null) return
    this.#rest = null
    this.#socket.resume()
    this.#read(rest)
  }

  /** Closes after the last bytes; where the client may still be sending, not before it has, so that it reads them. */
  #close(mayBeSending: boolean): void {
    writeDue()
    this.#isClosing = true
    this.#rest = null
    this.#since = performance.now()
    if (this.#discardLeft === Infinity) this.#discardLeft = unwantedBodyBytes
    if (mayBeSending) {
      this.#socket.end()
      this.#socket.resume()
    } else {
      this.#socket.destroySoon()
    }
  }

  /** What could not be read gets a status in words too, then the connection closes: its framing is not to be trusted. */
  #refuse(error: RequestSyntaxError): void {
    const response = this.#response
    this.#response = null
    const isBegun = response?.headersSent === true
    response?.close()
    if (isBegun) {
      this.destroy()
      return
    }
    // The rest of a request that was answered gets no second answer: it would be read as the next one's.
    const isAnswered = response === null && this.#request !== null
    if (!isAnswered) this.send(this.#owner.answerUnparsable(error, this.remoteAddress, response !== null), null, '')
    this.#close(true)
  }

  #fail(error: unknown): void {
    this.#owner.onFault(error)
    this.destroy()
  }
}
