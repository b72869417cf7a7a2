import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { frame, messagesOf } from './frames.ts'

/** What a method answers to the messages of a call, one after the other. */
export type Method = (asked: AsyncIterable<Buffer>, ended: AbortSignal) => AsyncIterable<Buffer>

/** A call ends with a status of gRPC instead of an answer. */
export class CallFailure extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const unimplemented = 12
const unknown = 2

/** Listener for streams of an HTTP/2 server that serves methods by their paths. */
export const serveMethods =
  (methods: Readonly<Record<string, Method>>) =>
  (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    const method = methods[headers[':path'] ?? '']
    const ended = new AbortController()
    stream.on('close', () => ended.abort())
    // Whoever calls is gone, which the end of the stream tells.
    stream.on('error', () => {})
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    let status = 0
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }))
    const answer = async () => {
      if (method === undefined) throw new CallFailure(unimplemented, 'no such method')
      for await (const said of method(messagesOf(stream), ended.signal)) stream.write(frame(said))
    }
    answer()
      .catch((error: unknown) => {
        status = error instanceof CallFailure ? error.code : unknown
      })
      .finally(() => {
        if (!stream.destroyed) stream.end()
      })
  }
