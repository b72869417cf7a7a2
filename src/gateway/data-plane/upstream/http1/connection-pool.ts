import type { UpstreamHandler } from '../contract.ts'
import {
  Connection,
  type ConnectionCall,
  type ConnectionOwner,
  type ConnectionTarget,
  type WritableRequest,
} from './connection.ts'

/**
 * How long an unused connection stays open. uvicorn, in front of vLLM and SGLang, closes after 5 s
 * (its --timeout-keep-alive); closing first avoids sending a request into a closing connection.
 */
const idleMs = 4_000
/** A peer that names its own time gets this much less of it, for the way there. */
const marginMs = 1_000
const sweepMs = 500

/**
 * The connections to one replica. The one used last is used next, so that those which are too many grow old and close.
 * As many are open as there are requests at a time: how many those may be is decided elsewhere (`maxInFlight`).
 */
export class ConnectionPool implements ConnectionOwner {
  readonly #target: ConnectionTarget
  readonly #all = new Set<Connection>()
  #idle: Connection[] = []
  #sweeper: NodeJS.Timeout | undefined
  #isClosing = false

  constructor(target: ConnectionTarget) {
    this.#target = target
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#all.size
  }

  /** Connections that wait for a request. */
  get idleSize(): number {
    return this.#idle.length
  }

  send(request: WritableRequest, handler: UpstreamHandler): ConnectionCall {
    return this.#take().send(request, handler)
  }

  /** Closes each connection as soon as it has nothing to do. */
  close(): void {
    this.#isClosing = true
    this.#dropIdle()
  }

  /** Breaks every connection; requests under way fail. */
  destroy(): void {
    this.#isClosing = true
    for (const connection of this.#all) connection.destroy()
  }

  onIdle(connection: Connection): void {
    const keptMs = Math.min(idleMs, connection.peerIdleSeconds * 1000 - marginMs)
    if (this.#isClosing || keptMs <= 0) {
      connection.destroy()
      return
    }
    connection.idleUntil = performance.now() + keptMs
    this.#idle.push(connection)
    if (this.#sweeper === undefined) this.#scheduleSweep()
  }

  onGone(connection: Connection, wasStale: boolean): void {
    this.#all.delete(connection)
    const at = this.#idle.lastIndexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    // The engine has begun to close what is unused, or was restarted: its other farewells are on their way too.
    if (wasStale) this.#dropIdle()
  }

  #take(): Connection {
    const now = performance.now()
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) break
      // The sweeper may be late when the thread was busy.
      if (now < connection.idleUntil) return connection
      connection.destroy()
    }
    const connection = new Connection(this.#target, this)
    this.#all.add(connection)
    return connection
  }

  #scheduleSweep(): void {
    this.#sweeper = setTimeout(() => this.#sweep(), sweepMs)
    this.#sweeper.unref()
  }

  #sweep(): void {
    this.#sweeper = undefined
    const now = performance.now()
    const old = this.#idle.filter(({ idleUntil }) => idleUntil <= now)
    if (old.length > 0) this.#idle = this.#idle.filter(({ idleUntil }) => idleUntil > now)
    for (const connection of old) connection.destroy()
    if (this.#idle.length > 0) this.#scheduleSweep()
  }

  #dropIdle(): void {
    const idle = this.#idle
    this.#idle = []
    for (const connection of idle) connection.destroy()
  }
}
