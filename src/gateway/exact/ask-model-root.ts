import { askEngine } from '../data-plane/ask-engine.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'

const answerMs = 10_000
const path = '/v1/models'

/**
 * What a model was started from, a folder or a name at a hub, as its engine says (vLLM's `root`, 0.32.0).
 * @returns null where it does not say
 */
export async function askModelRoot(
  replica: ReplicaHandle,
  engineName: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { status, text } = await askEngine(replica, { path }, { timeoutMs: answerMs, signal })
    if (status !== 200) return null
    const { data } = JSON.parse(text) as {
      readonly data?: readonly { readonly id?: unknown; readonly root?: unknown }[]
    }
    const root = data?.find(({ id }) => id === engineName)?.root
    return typeof root === 'string' ? root : null
  } catch {
    return null
  }
}
