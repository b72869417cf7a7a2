import type { ServerResponse } from 'node:http'
import type { Backend } from './contract.ts'
import type { ServingMetrics } from './serving-metrics.ts'

/** One HTTP request on its way to an answer, as the handlers see it. */
export interface Exchange {
  readonly backend: Backend
  readonly metrics: ServingMetrics
  /** The parsed body; empty for GET. */
  readonly body: Record<string, unknown>
  /** The client's `X-Request-Id`, or one of ours. */
  readonly requestId: string
  readonly response: ServerResponse
  /** Fires when the client has gone. */
  readonly signal: AbortSignal
  /** What `/version` tells. */
  readonly version: string
  /** When the server started, seconds since 1970. */
  readonly startedAt: number
  readonly isDraining: boolean
}

/** Answers one request; throws `ServingError` for the client's mistakes. */
type Handler = (exchange: Exchange) => Promise<void> | void

/** A path that the server answers. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whether it is answered while the backend loads, has failed or drains. */
  readonly isAlwaysOpen?: boolean
  /** Whether a POST comes without a body. */
  readonly isBodiless?: boolean
  readonly handle: Handler
}

/** Sends a JSON body. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body))
}

/** Sends a text of a media type. */
export function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  const bytes = Buffer.from(text)
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length })
  response.end(bytes)
}
