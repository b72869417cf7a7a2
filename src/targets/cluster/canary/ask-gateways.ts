import type { Environment } from '../../../files/index.ts'
import type { ClusterClient, Pod } from '../../../kubernetes/index.ts'
import type { LoadReport } from '../../../observe/report/index.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, listOfFleet, type Live } from '../fleets/parts.ts'
import { componentLabel } from '../fleets/subjects.ts'
import { askGateway } from '../looking/gateway-load.ts'
import { podStage } from '../waiting/pod-stage.ts'

/** A judgement waits longer for an answer than a status does. */
const timeoutMs = 5_000

/** What a gateway tells, by the uid of its pod. */
export type GatewayWords = ReadonlyMap<string, LoadReport>

/** Asks every gateway of a Fleet, through the API server; those that do not answer are not there. */
export async function askGateways(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
  environment: Environment,
): Promise<GatewayWords> {
  const query = { namespace, fleet: inventory.fleet, selector: `,${componentLabel}=gateway` }
  const pods = (await listOfFleet(client, { apiVersion: 'v1', kind: 'Pod' }, query)) as readonly Live<Pod>[]
  const ready = pods.filter((pod) => labelOf(pod, componentLabel) === 'gateway' && podStage(pod) === 'ready')
  const words = await Promise.all(
    ready.map(async ({ metadata: { uid, name } }) => {
      const answer = await askGateway(client, { namespace, pod: name }, environment, timeoutMs)
      return 'report' in answer ? [[uid, answer.report] as const] : []
    }),
  )
  return new Map(words.flat())
}
