import type { ReplicaAddress } from '../../discovery/contract.ts'
import { createUpstream } from '../data-plane/upstream/create-upstream.ts'

const answerLimitBytes = 64 * 1024

/**
 * Asks a replica's bootstrap server for a document.
 * @param onDocument told once what it answered; null where it did not, or with something else
 * @returns breaks it off; nothing is told after that
 */
export function queryBootstrap(
  address: ReplicaAddress,
  path: string,
  connectTimeoutMs: number,
  onDocument: (document: unknown) => void,
): () => void {
  const client = createUpstream(address, { connectTimeoutMs })
  const pieces: Buffer[] = []
  let bytes = 0
  let status = 0
  const end = (): void => client.destroy()
  const finish = (document: unknown): void => {
    end()
    onDocument(document)
  }
  const headers = ['accept', 'application/json']
  const call = client.send(
    { method: 'GET', path, headers, body: null },
    {
      onHead: (received) => (status = received),
      onData(piece) {
        bytes += piece.length
        if (bytes <= answerLimitBytes) pieces.push(Buffer.from(piece))
      },
      onEnd: () => finish(status === 200 && bytes <= answerLimitBytes ? parsed(Buffer.concat(pieces)) : null),
      onFailure: () => finish(null),
    },
  )
  return () => {
    call.abort()
    end()
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return null
  }
}
