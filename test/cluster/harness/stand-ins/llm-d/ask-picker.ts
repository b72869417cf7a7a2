import { connect, type ClientHttp2Session } from 'node:http2'
import type { IncomingMessage } from 'node:http'
import { callHeaders, frame, messagesOf } from '../../grpc/frames.ts'
import { processPath, readVerdict, requestMessage } from './external-processing.ts'
import type { ProxyListener } from './proxy-settings.ts'

/** What a picker decided: where a request goes and as what, or what to answer at once. */
export type Decision =
  | { readonly set: ReadonlyMap<string, string>; readonly body: Buffer }
  | { readonly status: number; readonly body: string }

/** The connection to a picker, opened anew where it broke. */
export class PickerConnection {
  readonly #processor: NonNullable<ProxyListener['processor']>
  #session: ClientHttp2Session | undefined

  constructor(processor: NonNullable<ProxyListener['processor']>) {
    this.#processor = processor
  }

  /** Hands a request over as it comes. The stream stays open until `ended` fires, by which the picker counts. */
  async decide(request: IncomingMessage, headers: ReadonlyMap<string, string>, ended: AbortSignal): Promise<Decision> {
    const { authority } = this.#processor
    const stream = this.#open().request({ ...callHeaders(processPath), ':authority': authority })
    ended.addEventListener('abort', () => stream.close(), { once: true })
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => {})
    stream.on('error', broken.reject)
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
    stream.write(frame(requestMessage({ kind: 'headers', headers, isEnd: !hasBody })))
    const send = async () => {
      if (!hasBody) return
      for await (const piece of request)
        stream.write(frame(requestMessage({ kind: 'body', body: piece as Buffer, isEnd: false })))
      stream.write(frame(requestMessage({ kind: 'body', body: Buffer.alloc(0), isEnd: true })))
    }
    send().catch(broken.reject)
    const read = async (): Promise<Decision> => {
      let set: ReadonlyMap<string, string> | undefined
      const pieces: Buffer[] = []
      for await (const bytes of messagesOf(stream)) {
        const said = readVerdict(bytes)
        if (said?.kind === 'answer') return said
        if (said?.kind === 'headers') set = said.set
        if (said?.kind === 'body') pieces.push(Buffer.from(said.body))
        if (set !== undefined && (!hasBody || (said?.kind === 'body' && said.isEnd)))
          return { set, body: Buffer.concat(pieces) }
      }
      throw new Error('the picker ended its answer')
    }
    return Promise.race([read(), broken.promise])
  }

  #open(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) return this.#session
    const { host, port } = this.#processor
    const session = connect(`https://${host}:${port}`, { rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    // Streams tell it.
    session.on('error', () => {})
    this.#session = session
    return session
  }
}
