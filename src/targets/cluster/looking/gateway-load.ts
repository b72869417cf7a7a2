import type { Environment } from '../../../files/index.ts'
import type { ClusterClient, Pod } from '../../../kubernetes/index.ts'
import type { LoadReport } from '../../../observe/index.ts'
import { askLoadReport } from '../../ask-load-report.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, type Live } from '../fleets/parts.ts'
import { componentLabel } from '../fleets/subjects.ts'
import { podStage } from '../waiting/pod-stage.ts'

/** A status is wanted at once, and complete without this. */
const timeoutMs = 1_500
/** Gateways that are asked; each sees a part of the load. */
const mostAsked = 8
const adminPort = 8081

/** What all gateways together say of one replica. */
export interface ReplicaLoad {
  readonly inFlight: number
  readonly tokensPerSecond: number
}

/** By address without scheme, such as `10.0.0.7:8000`. */
export type LoadByAddress = ReadonlyMap<string, ReplicaLoad>

/**
 * Asks the gateways how busy replicas are, through the API server. Undefined when none answers in time, or wants a key that
 * `FAIRLEAD_API_KEY` does not have.
 */
export async function readGatewayLoad(
  client: ClusterClient,
  { namespace }: Pick<FoundFleet, 'namespace'>,
  pods: readonly Live<Pod>[],
  environment: Environment,
): Promise<LoadByAddress | undefined> {
  const gateways = pods
    .filter((pod) => labelOf(pod, componentLabel) === 'gateway' && podStage(pod) === 'ready')
    .slice(0, mostAsked)
  const reports = await Promise.all(gateways.map((pod) => askOne(client, namespace, pod.metadata.name, environment)))
  const known = reports.filter((report) => report !== undefined)
  return known.length === 0 ? undefined : sumOf(known)
}

/** Loads of several gateways as one. */
export function sumOf(reports: readonly Pick<LoadReport, 'replicas'>[]): LoadByAddress {
  const sums = new Map<string, ReplicaLoad>()
  for (const { address, inFlight, tokensPerSecond } of reports.flatMap(({ replicas }) => replicas)) {
    const key = address.replace(/^https?:\/\//, '').replace(/\/$/, '')
    const before = sums.get(key) ?? { inFlight: 0, tokensPerSecond: 0 }
    sums.set(key, { inFlight: before.inFlight + inFlight, tokensPerSecond: before.tokensPerSecond + tokensPerSecond })
  }
  return sums
}

async function askOne(
  client: ClusterClient,
  namespace: string,
  pod: string,
  environment: Environment,
): Promise<LoadReport | undefined> {
  const key = environment['FAIRLEAD_API_KEY']
  try {
    const forward = await client.portForward({ namespace, pod, port: adminPort })
    try {
      return await askLoadReport(`http://127.0.0.1:${forward.localPort}`, { timeoutMs, key })
    } finally {
      await forward.close()
    }
  } catch {
    // Whatever keeps it from answering, the status does without.
    return undefined
  }
}
