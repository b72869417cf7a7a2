import type { KvEventsPlace, Replica } from '../../discovery/contract.ts'
import { goesByKvEvents, type Model } from '../../fleet/index.ts'

/** Where engines publish KV events by convention: the port of vLLM's examples, and of all that Fairlead renders. */
const eventsPort = 5557

/**
 * Where a replica publishes KV events: as its source says; by convention where that says nothing and the Fleet asks for
 * `prefixExact`; nowhere else, since nobody should be connected to unasked.
 */
export function eventsPlaceOf({ routing, parallelism }: Model, replica: Replica): KvEventsPlace | null {
  const { kvEvents, engine, address } = replica
  if (kvEvents !== undefined) return kvEvents
  if (!goesByKvEvents(routing.policy) || (engine !== 'vllm' && engine !== 'external')) return null
  const at = `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}`
  const ranks = parallelism.data
  // Further ranks take the ports behind the first, the one for replays too where it is not moved.
  return { endpoint: `${at}:${eventsPort}`, replayEndpoint: `${at}:${eventsPort + Math.max(1, ranks)}`, ranks }
}
