import { ServingError } from '../../serving/index.ts'
import type { Handover, RemotePrompt } from './contract.ts'

/** Where a simulated engine hands prompts over; the real ones have NIXL, Mooncake or RDMA there. */
export const transferPath = '/simulated/kv-transfer'

/**
 * Fetches a prompt's blocks from the simulated engine that keeps them, or will.
 * @param digest names the prompt's tokens
 * @throws ServingError with what vLLM answers when a transfer fails (`kv_load_failure_policy: fail`, its default)
 */
export async function fetchPrompt(
  { host, port, engineId, name }: RemotePrompt,
  digest: string,
  { patienceMs, mayComeFirst }: Pick<Handover, 'patienceMs' | 'mayComeFirst'>,
  signal: AbortSignal,
): Promise<void> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    const response = await fetch(`http://${address}${transferPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ engine_id: engineId, request_id: name, prompt: digest, waits: mayComeFirst }),
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
