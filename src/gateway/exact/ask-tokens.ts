import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { AskTokens } from './self-test.ts'

const answerMs = 10_000
/** Token ids of a short chat. */
const mostAnswerBytes = 1_000_000

/** Asks a replica for the tokens of a chat, at vLLM's `/tokenize`, under the model's name there. */
export function askTokensOf({ client, headers }: ReplicaHandle, engineName: string): AskTokens {
  return (fields) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[] | null>()
    const body = Buffer.from(JSON.stringify({ model: engineName, add_generation_prompt: true, ...fields }))
    const pieces: Buffer[] = []
    let status = 0
    let bytes = 0
    const call = client.send(
      { method: 'POST', path: '/tokenize', headers: ['content-type', 'application/json', ...headers], body },
      {
        onHead: (received) => (status = received),
        onData: (piece) => {
          bytes += piece.length
          if (bytes <= mostAnswerBytes) pieces.push(piece)
        },
        onEnd: () => {
          if (status >= 500 || status === 429) reject(new Error(`/tokenize answers with status ${status}`))
          else resolve(status === 200 && bytes <= mostAnswerBytes ? tokensOf(Buffer.concat(pieces)) : null)
        },
        onFailure: ({ detail }) => reject(new Error(detail)),
      },
    )
    const timer = setTimeout(() => {
      call.abort()
      reject(new Error('/tokenize does not answer'))
    }, answerMs)
    timer.unref()
    return promise.finally(() => clearTimeout(timer))
  }
}

function tokensOf(answer: Buffer): readonly number[] | null {
  try {
    const { tokens } = JSON.parse(answer.toString('utf8')) as { readonly tokens?: unknown }
    return Array.isArray(tokens) && tokens.every((token) => typeof token === 'number') ? tokens : null
  } catch {
    return null
  }
}
