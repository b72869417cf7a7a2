import type { ServerResponse } from 'node:http'

/**
 * Server-sent events on a response. Nothing is sent before the first event, so that a request which fails earlier still
 * gets a status of its own.
 */
export class EventStream {
  readonly #response: ServerResponse
  #queue = ''

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Whether the client reads slower than it is sent to; text is then merged instead of queued. */
  get isBehind(): boolean {
    return this.#response.writableNeedDrain
  }

  /** Calls `listener` each time the client has caught up. */
  onCaughtUp(listener: () => void): void {
    this.#response.on('drain', listener)
  }

  /** Adds an event to the next `flush`. */
  add(data: unknown): void {
    this.#queue += `data: ${JSON.stringify(data)}\n\n`
  }

  /** Writes what was added, in one piece and at once. */
  flush(): void {
    if (this.#queue === '' || this.#response.destroyed) return
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    }
    const events = this.#queue
    this.#queue = ''
    this.#response.write(events)
  }

  /** Ends the stream with `[DONE]`. */
  end(): void {
    this.#queue += 'data: [DONE]\n\n'
    this.flush()
    this.#response.end()
  }
}
