import { connect, type Socket } from 'node:net'
import type { BodyMemory } from '../../body-memory.ts'
import { isDue } from '../../http1/due-writes.ts'
import { sendTogether } from '../../http1/send-together.ts'
import type { RequestBody, UpstreamCall, UpstreamFailure, UpstreamHandler } from '../contract.ts'
import { BodySender } from './body-sender.ts'
import type { ResponseHead } from './response-head.ts'
import { ResponseParser, type ResponseSink } from './response-parser.ts'

/** What a connection tells the pool that owns it. */
export interface ConnectionOwner {
  /** It may carry another request, which the handler's `onEnd` may send right away. */
  onIdle(connection: Connection): void
  /** It is gone; `wasStale` when it broke under a request before any of its answer, having served others before. */
  onGone(connection: Connection, wasStale: boolean): void
}

/** Where connections go. */
export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs: number
}

/** One request, ready to be written. */
export interface WritableRequest {
  /** Request line and fields, to be sent as latin1. */
  readonly head: string
  readonly body: RequestBody | null
  /** Where the body is, to be let go once it is sent. */
  readonly memory: BodyMemory | null
  readonly isHead: boolean
}

/**
 * After so much silence the kernel asks whether the peer is still there: ten times, a second apart (libuv). So a client whose
 * engine's machine lost power is told after 20 s, while an engine that only thinks for long is left alone.
 */
const keepAliveProbeMs = 10_000

/**
 * All connections of a thread read into one buffer: what a read brings is taken apart before the next one. Node's way, a
 * new buffer of 64 kB a read that is then cut down, costs several times as much as copying a few hundred bytes out.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

const connectionOf = Symbol('connection')
/** A socket with its connection: listeners are shared by all, since five closures each would be a good part of an open stream. */
type UpstreamSocket = Socket & { [connectionOf]?: Connection }

function onRead(this: UpstreamSocket, length: number): boolean {
  return this[connectionOf]?.receive(length) ?? false
}
function onConnect(this: UpstreamSocket): void {
  this[connectionOf]?.onConnect()
}
function onEnd(this: UpstreamSocket): void {
  this[connectionOf]?.onPeerEnd()
}
function onError(this: UpstreamSocket, error: NodeJS.ErrnoException): void {
  this[connectionOf]?.fail(error.code ?? error.message)
}
function onClose(this: UpstreamSocket): void {
  this[connectionOf]?.fail('closed')
}

/** A request under way; it lets go of its connection when it is over, so that late calls reach nobody else's request. */
export class ConnectionCall implements UpstreamCall {
  readonly handler: UpstreamHandler
  connection: Connection | null

  constructor(handler: UpstreamHandler, connection: Connection) {
    this.handler = handler
    this.connection = connection
  }

  pause(): void {
    this.connection?.pause()
  }

  resume(): void {
    this.connection?.resume()
  }

  abort(): void {
    this.connection?.abort()
  }
}

/** One TCP connection to a replica. It carries one request at a time: an answer may take minutes, so nothing is pipelined. */
export class Connection implements ResponseSink {
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #parser = new ResponseParser(this)
  #call: ConnectionCall | null = null
  /** The first request, until the connection stands. */
  #waiting: WritableRequest | null = null
  /** Sends a body that still arrives. */
  #sender: BodySender | null = null
  #connectTimer: NodeJS.Timeout | undefined
  #isConnected = false
  #isGone = false
  #served = 0
  /** Milliseconds of `performance.now()`, kept by the pool: when it has been idle for too long. */
  idleUntil = 0

  constructor(target: ConnectionTarget, owner: ConnectionOwner) {
    this.#owner = owner
    const socket: UpstreamSocket = connect({
      host: target.host,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveProbeMs,
      onread: { buffer: readBuffer, callback: onRead },
    })
    this.#socket = socket
    this.#connectTimer = setTimeout(() => this.fail('ETIMEDOUT'), target.connectTimeoutMs)
    socket[connectionOf] = this
    socket.on('connect', onConnect)
    socket.on('end', onEnd)
    socket.on('error', onError)
    socket.on('close', onClose)
  }

  /** What the last answer says about keeping the connection, in seconds. */
  get peerIdleSeconds(): number {
    return this.#parser.head?.idleSeconds ?? Infinity
  }

  /** Sends a request; the connection is new or idle. */
  send(request: WritableRequest, handler: UpstreamHandler): ConnectionCall {
    const call = new ConnectionCall(handler, this)
    this.#call = call
    this.#parser.begin(request.isHead)
    if (this.#isConnected) this.#write(request)
    else this.#waiting = request
    return call
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Breaks the connection; the handler hears nothing more. */
  abort(): void {
    this.#release()
    this.#discard(false)
  }

  /** Breaks the connection; a request under way fails. */
  destroy(): void {
    this.fail('closed by the gateway')
  }

  onHead(head: ResponseHead): void {
    this.#call?.handler.onHead(head.status, head.fields)
  }

  onData(piece: Buffer): void {
    this.#call?.handler.onData(piece)
  }

  /** For the socket: it stands. */
  onConnect(): void {
    clearTimeout(this.#connectTimer)
    this.#connectTimer = undefined
    this.#isConnected = true
    const request = this.#waiting
    this.#waiting = null
    if (request !== null) this.#write(request)
  }

  #write({ head, body, memory }: WritableRequest): void {
    if (body === null || Buffer.isBuffer(body)) {
      sendTogether(this.#socket, head, body, '', memory ?? 'kept')
      return
    }
    this.#socket.write(head, 'latin1')
    this.#sender = new BodySender(body, this.#socket, (detail) => this.fail(detail))
  }

  /** For the socket: so many bytes are in the buffer. Returns whether to go on reading. */
  receive(length: number): boolean {
    if (this.#call === null) {
      // Nobody asked: what an idle connection says belongs to no request.
      this.#discard(false)
      return false
    }
    try {
      this.#parser.push(readBuffer.subarray(0, length))
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error))
      return false
    }
    if (this.#parser.isDone) this.#onDone()
    return true
  }

  #onDone(): void {
    const call = this.#release()
    if (call === null) return
    this.#served += 1
    // An answer that came before the whole request was read leaves a connection that cannot be trusted.
    const isSent = this.#socket.writableLength === 0 && this.#sender?.isDone !== false && !isDue(this.#socket)
    this.#sender?.stop()
    this.#sender = null
    const isReusable = isSent && this.#parser.isReusable && !this.#isGone
    if (isReusable) {
      if (this.#socket.isPaused()) this.#socket.resume()
      this.#owner.onIdle(this)
    } else {
      this.#discard(false)
    }
    call.handler.onEnd()
  }

  /** For the socket: the engine sends nothing more. */
  onPeerEnd(): void {
    if (this.#call !== null && this.#parser.close()) this.#onDone()
    else this.fail('closed by the engine')
  }

  /** The first failure counts; what the socket says afterwards is an echo of it. */
  fail(detail: string): void {
    const call = this.#release()
    const kind: UpstreamFailure['kind'] = !this.#isConnected ? 'connect' : this.#parser.head === null ? 'reset' : 'died'
    const isStale = call !== null && kind === 'reset' && this.#served > 0
    this.#discard(isStale)
    call?.handler.onFailure(isStale ? { kind, detail, isStale } : { kind, detail })
  }

  #release(): ConnectionCall | null {
    const call = this.#call
    this.#call = null
    if (call !== null) call.connection = null
    return call
  }

  #discard(wasStale: boolean): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#waiting = null
    this.#sender?.stop()
    this.#sender = null
    clearTimeout(this.#connectTimer)
    this.#socket.destroy()
    this.#owner.onGone(this, wasStale)
  }
}
