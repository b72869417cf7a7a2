import type { FlowFigures, FlowGroup, Simulation, WorkloadRequest } from '../contract.ts'
import { percentilesOf, type Ledger } from '../measure/index.ts'

/** Tenants that are told; more are no table. */
const mostTenants = 50

/** What the queue did, by priority and by tenant. */
export function flowFigures({ workload, slo }: Simulation, ledger: Ledger, most: number): FlowFigures {
  const { requests } = workload
  const group = (name: string, places: readonly number[]): FlowGroup => {
    const served = places.filter((place) => !Number.isNaN(ledger.endedMs[place] ?? NaN))
    const waits = Float64Array.from(served, (place) => ledger.waitMs(place)).filter((ms) => ms > 0)
    const kept = served.filter(
      (place) => ledger.ttftMs(place) <= slo.ttftMs && ledger.tpotMs(place) <= slo.tpotMs,
    ).length
    const refused = (reason: 'queue_full' | 'queue_timeout') =>
      places.filter((place) => ledger.refused.get(place) === reason).length
    return {
      name,
      requests: places.length,
      waited: waits.length,
      refused: { queue_full: refused('queue_full'), queue_timeout: refused('queue_timeout') },
      waitMs: percentilesOf(waits),
      ttftMs: percentilesOf(Float64Array.from(served, (place) => ledger.ttftMs(place))),
      goodput: places.length === 0 ? 0 : kept / places.length,
      tokens: served.reduce(
        (sum, place) => sum + (requests[place]?.promptTokens ?? 0) + (ledger.outputTokens[place] ?? 0),
        0,
      ),
    }
  }
  const priorities = placesBy(requests, ({ priority }) => priority)
  const tenants = placesBy(requests, ({ tenant }) => tenant)
  return {
    most,
    priorities: [...priorities]
      .toSorted(([one], [other]) => other - one)
      .map(([priority, places]) => group(String(priority), places)),
    tenants: [...tenants]
      .toSorted(([, one], [, other]) => other.length - one.length)
      .slice(0, mostTenants)
      .map(([tenant, places]) => group(tenant, places)),
  }
}

function placesBy<Key>(
  requests: readonly WorkloadRequest[],
  keyOf: (request: WorkloadRequest) => Key,
): ReadonlyMap<Key, readonly number[]> {
  const places = new Map<Key, number[]>()
  requests.forEach((request, place) => {
    const key = keyOf(request)
    const others = places.get(key)
    if (others === undefined) places.set(key, [place])
    else others.push(place)
  })
  return places
}
