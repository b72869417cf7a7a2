import type { Readable } from 'node:stream'
import type { BodyMemory } from '../body-memory.ts'

/** A body that is sent while it still arrives; it can be sent once only. */
export interface StreamedBody {
  readonly stream: Readable
  /** Its length where it is known; it is sent in chunks otherwise. */
  readonly lengthBytes: number | null
}

/** What an engine is to read: bytes at hand, or a stream. */
export type RequestBody = Buffer | StreamedBody

/** One request to an engine. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  /** Path and query. */
  readonly path: string
  /** Names and values in turn; length and host are the client's to add. */
  readonly headers: readonly string[]
  readonly body: RequestBody | null
  /** Where the body is; whoever has sent the last byte of it may let go of it, once. */
  readonly memory?: BodyMemory | null
}

/** How a request failed, by how far it had come. */
export interface UpstreamFailure {
  /** `connect`: no connection stood. `reset`: it broke before an answer began. `died`: it broke within the answer. */
  readonly kind: 'connect' | 'reset' | 'died'
  /** True where a kept connection broke under a request before any of its answer, as it may when it is used just then. */
  readonly isStale?: true
  /** For logs and `lastError`, such as `ECONNREFUSED`; not for clients. */
  readonly detail: string
}

/** Gets one answer. Nothing is called before `send` has returned, after `abort`, or after `onEnd` and `onFailure`. */
export interface UpstreamHandler {
  /** Status and header fields, names in lower case and values in turn. */
  onHead(status: number, headers: readonly string[]): void
  /** A piece of the body. Its bytes are there during the call only: who needs them for longer copies them. */
  onData(piece: Buffer): void
  onEnd(): void
  onFailure(failure: UpstreamFailure): void
}

/** A request under way. */
export interface UpstreamCall {
  /** Stops reading once the piece at hand is delivered; the engine meets a full socket. Only within `onData`. */
  pause(): void
  resume(): void
  /** Breaks the connection, so that the engine notices at once; the handler hears nothing more. */
  abort(): void
}

/** TLS towards a replica, certificates and keys in PEM. */
export interface UpstreamTls {
  /** Authorities that are trusted in place of the system's. */
  readonly ca?: string
  /** Our certificate, where the engine asks for one, and its key. */
  readonly cert?: string
  readonly key?: string
  /** The name that the engine's certificate must carry, in place of that of its address. */
  readonly serverName?: string
}

/** How connections to a replica are made. */
export interface ConnectOptions {
  readonly connectTimeoutMs: number
  /** Of an `https` address; by the system's authorities and the address's name when absent. */
  readonly tls?: UpstreamTls
}

/** Connections to one replica, one request on each at a time. */
export interface UpstreamClient {
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall
  /** Lets requests under way finish, then closes; takes no new ones. */
  close(): void
  /** Breaks everything. */
  destroy(): void
}
