import { ServingError } from '../../serving/index.ts'
import type { RemotePrompt } from './transfer-params.ts'

/** Where a simulated engine hands prompts over; the real one speaks NIXL there. */
export const transferPath = '/simulated/kv-transfer'

/** How long the real engine tries to reach another one (recorded with 0.32.0: 5 s). */
const patienceMs = 5_000

/**
 * Fetches a prompt's blocks from the simulated engine that keeps them.
 * @throws ServingError with what vLLM answers when a transfer fails (`kv_load_failure_policy: fail`, its default)
 */
export async function fetchPrompt(
  { host, port, engineId, requestId }: RemotePrompt,
  signal: AbortSignal,
): Promise<void> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    const response = await fetch(`http://${address}${transferPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ engine_id: engineId, request_id: requestId }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    })
    await response.arrayBuffer()
    if (response.ok) return
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw transferFailure(error)
  }
  throw transferFailure()
}

/** The answer to a request whose prompt cannot be had. */
export function transferFailure(cause?: unknown): ServingError {
  return Object.assign(new ServingError(500, 'Internal server error', 'InternalServerError'), { cause })
}
