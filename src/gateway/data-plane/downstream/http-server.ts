import { Server, type Socket } from 'node:net'
import { ClientConnection, newMs, type ConnectionOwner } from './client-connection.ts'
import { readInto } from './read-into.ts'

/** How often connections are looked at for what takes too long. */
const usualCheckMs = 5_000

/** All connections of a thread read into it: what a read brings is taken apart, or copied, before the next one. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

const connectionOf = Symbol('connection')
/** A socket with its connection: listeners are shared by all, since thousands of closures would cost memory. */
type ClientSocket = Socket & { [connectionOf]?: ClientConnection }

function onData(this: ClientSocket, bytes: Buffer): void {
  this[connectionOf]?.receive(bytes)
}
function onRead(this: ClientSocket, length: number): boolean {
  return this[connectionOf]?.receive(readBuffer.subarray(0, length)) ?? true
}
function onEnd(this: ClientSocket): void {
  this[connectionOf]?.onClientEnd()
}
function onDrain(this: ClientSocket): void {
  this[connectionOf]?.onDrain()
}
function onError(this: ClientSocket): void {
  this.destroy()
}
function onClose(this: ClientSocket): void {
  this[connectionOf]?.onGone()
}

/** A socket that gets a buffer of its own for each read. */
function readAlone(accepted: ClientSocket): ClientSocket {
  accepted.on('data', onData)
  accepted.resume()
  return accepted
}

/**
 * An HTTP/1.1 server on sockets of its own (docs/decisions/0008-own-http-server.md): requests are read by
 * `RequestParser`, bodies go to whoever receives them without a stream between, and a response is one write where it
 * can be.
 */
export class HttpServer extends Server {
  readonly #connections = new Set<ClientConnection>()
  readonly #checking: NodeJS.Timeout

  constructor(owner: ConnectionOwner, checkMs = usualCheckMs) {
    super({ noDelay: true, pauseOnConnect: true })
    this.on('connection', (accepted: Socket) =>
      this.#serve(readInto(accepted, readBuffer, onRead) ?? readAlone(accepted), owner),
    )
    // Before, `error` is about listening; from here on it is one connection that could not be accepted.
    this.on('listening', () => this.on('error', (error) => owner.onFault(error)))
    this.#checking = setInterval(() => this.#check(), checkMs)
    this.#checking.unref()
    this.on('close', () => clearInterval(this.#checking))
  }

  #serve(socket: ClientSocket, owner: ConnectionOwner): void {
    const connection = new ClientConnection(socket, owner, this.#connections)
    socket[connectionOf] = connection
    socket.on('end', onEnd)
    socket.on('drain', onDrain)
    socket.on('error', onError)
    socket.on('close', onClose)
  }

  /** Connections that are open. */
  get connectionCount(): number {
    return this.#connections.size
  }

  /** Takes no new connections, closes those without a request, and calls back once all are gone. */
  override close(callback?: (error?: Error) => void): this {
    super.close(callback)
    this.closeIdleConnections()
    // Those that were too new for it.
    setTimeout(() => this.closeIdleConnections(), newMs + 1).unref()
    return this
  }

  closeIdleConnections(): void {
    for (const connection of this.#connections) connection.closeIfIdle()
  }

  closeAllConnections(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  #check(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.checkTime(now)
  }
}
