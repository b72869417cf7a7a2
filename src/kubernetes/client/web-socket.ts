import { WebSocket } from 'undici'
import { ClusterError, type RequestSubject } from './cluster-error.ts'
import type { ApiTransport } from './transport.ts'

/** Binary channels with a status at the end and a close of each (https://kubernetes.io/docs/reference/using-api/websockets/). */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const opensWithinMs = 30_000

/** A WebSocket whose messages begin with the number of their channel. */
export interface Channels {
  send(channel: number, bytes: Uint8Array): void
  /** Bytes that wait to be sent. */
  readonly waitingBytes: number
  /** Says that no more comes on a channel, where the server's protocol has that. */
  end(channel: number): void
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>
  close(): void
}

/** Why the server does not open it, where it tells those who ask without a WebSocket; it only opens one for those who ask for one. */
async function refusalOf(
  transport: ApiTransport,
  path: string,
  subject: RequestSubject,
): Promise<ClusterError | undefined> {
  const request = { method: 'GET', path, subject, isIdempotent: false, isRepeated: false, deadlineMs: 10_000 } as const
  const error: unknown = await transport.send(request).catch((refusal: unknown) => refusal)
  if (!(error instanceof ClusterError) || error.status < 400 || error.status >= 500) return undefined
  return /upgrade/i.test(error.message) ? undefined : error
}

/** Channel 255 of protocol v5 carries the number of the channel that ends. */
const endOfChannel = 255

/** Opens a WebSocket to a subresource of a pod. */
export async function openChannels(
  transport: ApiTransport,
  path: string,
  subject: RequestSubject,
  onMessage: (channel: number, bytes: Buffer) => void,
): Promise<Channels> {
  const { dispatcher, headers } = await transport.connection()
  const url = `${transport.server.replace(/^http/, 'ws')}${path}`
  const socket = new WebSocket(url, { protocols, dispatcher, headers: { ...headers, 'user-agent': 'fairlead' } })
  socket.binaryType = 'arraybuffer'
  const opened = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const timer = setTimeout(() => opened.reject(new Error('Nobody answered in time.')), opensWithinMs)
  const close = (): void => socket.close()
  transport.signal.addEventListener('abort', close, { once: true })
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', (event) => opened.reject(event.error ?? new Error(event.message)))
  socket.addEventListener('message', ({ data }) => {
    if (!(data instanceof ArrayBuffer) || data.byteLength === 0) return
    const bytes = Buffer.from(data)
    onMessage(bytes[0] ?? 0, bytes.subarray(1))
  })
  socket.addEventListener('close', () => {
    opened.reject(new Error('The server closed the connection.'))
    transport.signal.removeEventListener('abort', close)
    closed.resolve()
  })
  try {
    await opened.promise
  } catch (error) {
    socket.close()
    // A WebSocket does not tell what the server answered instead; the same path without it does.
    const refusal = await refusalOf(transport, path, subject)
    if (refusal !== undefined) throw refusal
    const why = error instanceof Error && error.message !== '' ? error.message : 'The server does not open it.'
    throw new ClusterError({ reason: 'unreachable', message: why, subject, server: transport.server, cause: error })
  } finally {
    clearTimeout(timer)
  }
  const send = (channel: number, bytes: Uint8Array): void => {
    if (socket.readyState !== WebSocket.OPEN) return
    const message = new Uint8Array(bytes.length + 1)
    message[0] = channel
    message.set(bytes, 1)
    socket.send(message)
  }
  return {
    send,
    get waitingBytes() {
      return socket.bufferedAmount
    },
    end(channel) {
      if (socket.protocol === protocols[0]) send(endOfChannel, Uint8Array.of(channel))
    },
    closed: closed.promise,
    close,
  }
}
