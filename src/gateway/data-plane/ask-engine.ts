import type { ReplicaHandle } from './replica-handle.ts'

/** An answer to a question of the gateway's own. */
export interface EngineAnswer {
  readonly status: number
  readonly text: string
}

/** More than any list of models, or tokens of a short chat; what comes beyond it is not read. */
const mostBytes = 1_000_000

/** Asks a replica something small; it takes no place of a client's request. Rejects when it does not answer, or in time. */
export function askEngine(
  { client, headers }: ReplicaHandle,
  question: { readonly path: string; readonly body?: object },
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<EngineAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<EngineAnswer>()
  const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const pieces: Buffer[] = []
  let status = 0
  let bytes = 0
  const { path, body } = question
  const call = client.send(
    {
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: body === undefined ? headers : ['content-type', 'application/json', ...headers],
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
    },
    {
      onHead: (received) => (status = received),
      onData: (piece) => {
        bytes += piece.length
        if (bytes <= mostBytes) pieces.push(Buffer.from(piece))
      },
      onEnd: () => resolve({ status, text: Buffer.concat(pieces).toString() }),
      onFailure: ({ detail }) => reject(new Error(detail)),
    },
  )
  const give = () => {
    call.abort()
    reject(new Error('no answer in time'))
  }
  late.addEventListener('abort', give, { once: true })
  return promise.finally(() => late.removeEventListener('abort', give))
}
