import { createHash } from 'node:crypto'
import type { EndpointSlice, LiveObject } from '../kubernetes/index.ts'
import type { Replica } from './contract.ts'
import type { PoolMember } from './pool.ts'

/** What is kept of an EndpointSlice. */
export interface KeptSlice {
  readonly service: string
  /** Of a canary's Service: the Service that it stands beside, and its share of that one's requests, 0 to 1. */
  readonly canary?: { readonly of: string; readonly share: number }
  readonly family: 'IPv4' | 'IPv6'
  /** Ports of the pods, TCP. */
  readonly ports: readonly number[]
  readonly endpoints: readonly KeptEndpoint[]
}

/** What is kept of an endpoint. */
export type KeptEndpoint = Omit<PoolMember, 'port'>

/** Which Service a slice is of. */
export const serviceLabel = 'kubernetes.io/service-name'

/** On a canary's Service, and so on its slices (the cluster copies labels): which Service it stands beside. */
export const canaryOfLabel = 'fairlead.dev/canary-of'
/** The same for its share of that one's requests, in percent. */
export const canaryShareLabel = 'fairlead.dev/canary-share'

function canaryOf(labels: Readonly<Record<string, string>>): KeptSlice['canary'] {
  const of = labels[canaryOfLabel]
  const percent = Number(labels[canaryShareLabel] ?? 0)
  if (of === undefined) return undefined
  return { of, share: Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) / 100 : 0 }
}

/** Bytes of a digest that a double holds exactly. */
const exactBytes = 6

/** A number that is another one for another process. */
export function generationOf(identity: string): number {
  return createHash('sha256').update(identity).digest().readUIntBE(0, exactBytes)
}

/**
 * A terminating pod still answers what it works on and gets nothing new; one that is not ready is probed until it is. A
 * condition that is absent counts as ready (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions).
 */
function phaseOf(conditions: NonNullable<EndpointSlice['endpoints']>[number]['conditions']): Replica['phase'] {
  if (conditions?.terminating === true) return 'draining'
  return conditions?.ready === false ? 'starting' : 'serving'
}

/** Reads an EndpointSlice; undefined where it has no addresses that a gateway calls. */
export function keptSlice(object: LiveObject): KeptSlice | undefined {
  const { metadata, addressType, ports, endpoints } = object as unknown as EndpointSlice
  const { labels = {} } = metadata
  const service = labels[serviceLabel]
  const canary = canaryOf(labels)
  if (service === undefined || (addressType !== 'IPv4' && addressType !== 'IPv6')) return undefined
  return {
    service,
    ...(canary === undefined ? {} : { canary }),
    family: addressType,
    ports: (ports ?? []).flatMap(({ port, protocol = 'TCP' }) =>
      port === undefined || protocol !== 'TCP' ? [] : [port],
    ),
    endpoints: (endpoints ?? []).flatMap(({ addresses: [host], conditions, targetRef }): KeptEndpoint[] => {
      if (host === undefined) return []
      const pod = targetRef?.kind === 'Pod' ? targetRef.name : undefined
      const generation = targetRef?.uid === undefined ? 0 : generationOf(targetRef.uid)
      return [{ host, phase: phaseOf(conditions), generation, ...(pod === undefined ? {} : { pod }) }]
    }),
  }
}

/** The port of a slice's pods that is meant: the very one, or the only one that there is. */
function portOf({ ports }: KeptSlice, wanted: number): number | undefined {
  if (ports.length === 0 || ports.includes(wanted)) return wanted
  return ports.length === 1 ? ports[0] : undefined
}

/** Of two words on one pod, the one that lets more through counts: slices are written one after the other. */
const openness: Record<Replica['phase'], number> = { serving: 3, starting: 2, draining: 1, failed: 0 }

/**
 * The pods of a Service's slices, each once: a pod may stand in two slices for a moment, and in one for each of its address
 * families, of which IPv4 counts.
 */
export function membersOf(slices: Iterable<KeptSlice>, wantedPort: number): readonly PoolMember[] {
  const all = [...slices]
  const family = all.some(({ family: of, endpoints }) => of === 'IPv4' && endpoints.length > 0) ? 'IPv4' : 'IPv6'
  const members = new Map<string, PoolMember>()
  for (const slice of all) {
    const port = portOf(slice, wantedPort)
    if (slice.family !== family || port === undefined) continue
    for (const endpoint of slice.endpoints) {
      const key = `${endpoint.host} ${port}`
      const known = members.get(key)
      if (known !== undefined && openness[known.phase] >= openness[endpoint.phase]) continue
      members.set(key, {
        ...endpoint,
        port,
        ...(slice.canary === undefined ? {} : { canaryShare: slice.canary.share }),
      })
    }
  }
  return [...members.values()]
}
