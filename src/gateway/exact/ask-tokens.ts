import { askEngine } from '../data-plane/ask-engine.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { AskTokens } from './self-test.ts'

const answerMs = 10_000
const path = '/tokenize'

/** Asks a replica for the tokens of a chat, at vLLM's `/tokenize`, under the model's name there. */
export function askTokensOf(replica: ReplicaHandle, engineName: string, signal: AbortSignal): AskTokens {
  return async (fields) => {
    const body = { model: engineName, add_generation_prompt: true, ...fields }
    const { status, text } = await askEngine(replica, { path, body }, { timeoutMs: answerMs, signal })
    if (status >= 500 || status === 429) throw new Error(`${path} answers with status ${status}`)
    return status === 200 ? tokensOf(text) : null
  }
}

function tokensOf(answer: string): readonly number[] | null {
  try {
    const { tokens } = JSON.parse(answer) as { readonly tokens?: unknown }
    return Array.isArray(tokens) && tokens.every((token) => typeof token === 'number') ? tokens : null
  } catch {
    return null
  }
}
