import type { Milliseconds } from '../../../fleet/index.ts'
import { readGatewayLoad, type GatewayLoad } from '../gateway-load.ts'
import type { Listen } from '../ports.ts'
import type { Clock } from './clock.ts'

/** The gateway probes its replicas every 2 s unless told otherwise; longer than this a start does not wait for it. */
const longestMs: Milliseconds = 10_000
const pauseMs: Milliseconds = 50
/** An admin listener that asks for a key does not tell us; then there is nothing to wait for. */
const missesUntilGivenUp = 3

/** Resolves once the gateway finds these replicas ready, so that the first request is not refused, and to what it knows then; never rejects. */
export async function untilGatewaySees(
  ids: readonly string[],
  admin: Listen,
  clock: Clock,
  signal: AbortSignal,
): Promise<GatewayLoad | undefined> {
  const deadline = clock.now() + longestMs
  let misses = 0
  let load: GatewayLoad | undefined
  while (!signal.aborted && misses < missesUntilGivenUp && clock.now() < deadline) {
    const found = await readGatewayLoad(admin)
    if (found === undefined) misses++
    else if (ids.every((id) => found.get(id)?.ready === true)) return found
    load = found
    await clock.wait(pauseMs, signal)
  }
  return load
}
