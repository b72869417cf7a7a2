import type { Model } from '../fleet/index.ts'
import type { ReplicaRole } from '../scheduling/contract.ts'
import type { KvEventsPlace, ReplicaAddress } from './contract.ts'

/** Where engines publish and replay KV events by convention: the port of vLLM's examples, and the one behind it. */
const eventsPort = 5557

/**
 * Where an external replica publishes KV events: as the Fleet says; by convention where it asks for `prefixExact` and
 * says nothing; nowhere else, since nobody should be connected to unasked.
 */
export function kvEventsOf(
  { routing, kvCache, parallelism }: Model,
  { host }: ReplicaAddress,
  role: ReplicaRole,
  index: number,
): KvEventsPlace | null {
  const ranks = parallelism.data
  const { endpoints, replayEndpoints } = kvCache.events
  if (role === 'both' && endpoints.length > 0) {
    const endpoint = endpoints[index]
    return endpoint === undefined ? null : { endpoint, replayEndpoint: replayEndpoints[index] ?? null, ranks }
  }
  if (routing.policy !== 'prefixExact') return null
  const at = `tcp://${host.includes(':') ? `[${host}]` : host}`
  // Further ranks take the ports behind the first, the one for replays too where it is not moved.
  return { endpoint: `${at}:${eventsPort}`, replayEndpoint: `${at}:${eventsPort + Math.max(1, ranks)}`, ranks }
}
