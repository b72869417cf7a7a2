import type { Socket } from 'node:net'
import type { StreamedBody } from '../contract.ts'

/** Sends a body while it still arrives, as fast as the other side reads it. */
export class BodySender {
  readonly #body: StreamedBody
  readonly #socket: Socket
  readonly #onBroken: (detail: string) => void
  #leftBytes: number
  /** Whether every byte of it was handed to the socket. */
  isDone = false

  /** `onBroken` is told when the stream ends early, goes on too long or fails: the request cannot be completed then. */
  constructor(body: StreamedBody, socket: Socket, onBroken: (detail: string) => void) {
    this.#body = body
    this.#socket = socket
    this.#onBroken = onBroken
    this.#leftBytes = body.lengthBytes ?? Infinity
    const { stream } = body
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    stream.on('error', this.#onError)
    stream.on('close', this.#onClose)
    socket.on('drain', this.#onDrain)
  }

  /** Ends it; what was not sent is not wanted any more, so its stream is destroyed. */
  stop(): void {
    const { stream } = this.#body
    stream.off('data', this.#onData)
    stream.off('end', this.#onEnd)
    stream.off('close', this.#onClose)
    this.#socket.off('drain', this.#onDrain)
    // The listener for errors stays: a destroyed stream may still have one to tell.
    if (!this.isDone) stream.destroy()
  }

  readonly #onData = (piece: Buffer): void => {
    if (piece.length === 0) return
    const socket = this.#socket
    this.#leftBytes -= piece.length
    if (this.#leftBytes < 0) {
      this.#break('the request body is longer than declared')
      return
    }
    let canTakeMore: boolean
    if (this.#body.lengthBytes === null) {
      socket.cork()
      socket.write(`${piece.length.toString(16)}\r\n`, 'latin1')
      socket.write(piece)
      canTakeMore = socket.write('\r\n', 'latin1')
      socket.uncork()
    } else {
      canTakeMore = socket.write(piece)
    }
    if (!canTakeMore) this.#body.stream.pause()
  }

  readonly #onDrain = (): void => {
    this.#body.stream.resume()
  }

  readonly #onEnd = (): void => {
    if (this.#body.lengthBytes === null) this.#socket.write('0\r\n\r\n', 'latin1')
    else if (this.#leftBytes > 0) {
      this.#break('the request body is shorter than declared')
      return
    }
    this.isDone = true
    this.stop()
  }

  readonly #onError = (error: Error): void => {
    this.#break(error.message)
  }

  readonly #onClose = (): void => {
    this.#break('the request body broke off')
  }

  #break(detail: string): void {
    if (this.isDone) return
    this.stop()
    this.#onBroken(detail)
  }
}
