import type { Milliseconds } from '../../../fleet/index.ts'
import { readGatewayLoad } from '../gateway-load.ts'
import type { Listen } from '../ports.ts'
import type { Clock } from './clock.ts'

const pauseMs: Milliseconds = 250
/** The gateway's threads hear within milliseconds that a replica gets nothing more; a second look is later than that. */
const looks = 2

/**
 * Resolves once the gateway has nothing under way on a replica that it knows to be leaving, or after `longestMs`: the engine
 * gets its own time to finish after that. Never rejects.
 */
export async function untilDrained(
  id: string,
  admin: () => Listen,
  {
    clock,
    longestMs,
    signal,
  }: { readonly clock: Clock; readonly longestMs: Milliseconds; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = clock.now() + longestMs
  for (let idle = 0; idle < looks && !signal.aborted && clock.now() < deadline;) {
    const load = await readGatewayLoad(admin())
    const replica = load?.get(id)
    const isIdle =
      load !== undefined && (replica === undefined || (replica.phase === 'draining' && replica.inFlight === 0))
    idle = isIdle ? idle + 1 : 0
    if (idle < looks) await clock.wait(pauseMs, signal)
  }
}
