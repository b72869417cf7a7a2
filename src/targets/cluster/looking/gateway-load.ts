import type { Environment } from '../../../files/index.ts'
import type { ClusterClient, Pod } from '../../../kubernetes/index.ts'
import type { LoadReport } from '../../../observe/report/index.ts'
import { askForLoad, type LoadAnswer } from '../../ask-load-report.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, type Live } from '../fleets/parts.ts'
import { componentLabel } from '../fleets/subjects.ts'
import { podStage } from '../waiting/pod-stage.ts'

/** A status is wanted at once, and complete without this. */
const usualTimeoutMs = 1_500
/** Gateways that are asked; each sees a part of the load. */
const mostAsked = 8
const adminPort = 8081

/** What gateways report, and why one of them does not. */
export interface GatewayReports {
  readonly reports: readonly LoadReport[]
  readonly missing: string | null
}

/** Asks the gateways for their loads, through the API server. */
export async function readGatewayReports(
  client: ClusterClient,
  { namespace }: Pick<FoundFleet, 'namespace'>,
  pods: readonly Live<Pod>[],
  environment: Environment,
): Promise<GatewayReports> {
  const gateways = pods.filter((pod) => labelOf(pod, componentLabel) === 'gateway')
  if (gateways.length === 0) return { reports: [], missing: 'no gateway of Fairlead’s runs' }
  const ready = gateways.filter((pod) => podStage(pod) === 'ready')
  if (ready.length === 0) return { reports: [], missing: 'no gateway is ready' }
  const asked = ready.slice(0, mostAsked)
  const answers = await Promise.all(
    asked.map(async ({ metadata: { name } }) => ({
      name,
      answer: await askGateway(client, { namespace, pod: name }, environment),
    })),
  )
  const silent = answers.flatMap(({ name, answer }) => ('missing' in answer ? [`${name} ${answer.missing}`] : []))
  const [first] = silent
  const others = silent.length > 1 ? `, and ${silent.length - 1} more do not either` : ''
  const unasked =
    ready.length > mostAsked ? `${ready.length - mostAsked} of ${ready.length} gateways are not asked` : null
  return {
    reports: answers.flatMap(({ answer }) => ('report' in answer ? [answer.report] : [])),
    missing: first === undefined ? unasked : `${first}${others}`,
  }
}

/** Entries of replicas by address without scheme, such as `10.0.0.7:8000`. */
export function entriesByAddress(
  reports: readonly Pick<LoadReport, 'replicas'>[],
): ReadonlyMap<string, readonly LoadReport['replicas'][number][]> {
  return Map.groupBy(
    reports.flatMap(({ replicas }) => replicas),
    ({ address }) => address.replace(/^https?:\/\//, '').replace(/\/$/, ''),
  )
}

/** Asks one gateway for its load, through the API server. */
export async function askGateway(
  client: ClusterClient,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  environment: Environment,
  timeoutMs = usualTimeoutMs,
): Promise<LoadAnswer> {
  const key = environment['FAIRLEAD_API_KEY']
  try {
    const forward = await client.portForward({ namespace, pod, port: adminPort })
    try {
      return await askForLoad(`http://127.0.0.1:${forward.localPort}`, { timeoutMs, key, asksEngines: true })
    } finally {
      await forward.close()
    }
  } catch {
    // Whatever keeps it from answering, the status does without.
    return { missing: 'cannot be reached' }
  }
}
