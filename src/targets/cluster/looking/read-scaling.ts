import { ClusterError, type ClusterClient, type LiveObject } from '../../../kubernetes/index.ts'
import type { PoolName } from '../../../scheduling/index.ts'
import type { FleetScaling, LeftPool } from '../../contract.ts'
import { explainedOf, toldScalingSchema } from '../../scaling/index.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, readParts } from '../fleets/parts.ts'
import { isOfReplicas, modelLabel, modelNameOf, roleLabel, variantLabel } from '../fleets/subjects.ts'
import { readAutoscalers, whoScales } from './who-scales.ts'

interface FleetObject extends LiveObject {
  readonly status?: {
    readonly scaling?: readonly unknown[]
    readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[]
  }
}

/** What the condition of a Fleet says where the controller cannot scale as it should. */
const problems = new Set(['LoadUnknown', 'ScalingFailed'])

/** Who scales the models of a Fleet, and what the controller decided last: from its status, its workloads and its autoscalers. */
export async function readScaling(client: ClusterClient, fleet: string): Promise<FleetScaling> {
  const found = await requireFleet(client, fleet)
  const { namespace, inventory } = found
  const [object, parts, scalers] = await Promise.all([
    readFleetObject(client, found),
    readParts(client, found),
    readAutoscalers(client, found),
  ])
  const { scaling = [], conditions = [] } = object?.status ?? {}
  // What a newer controller tells in other words is left out.
  const pools = scaling.flatMap((each) => {
    const { data } = toldScalingSchema.safeParse(each)
    return data === undefined ? [] : [explainedOf(data)]
  })
  const isTold = ({ model, role }: PoolName) => pools.some((pool) => pool.model === model && pool.role === role)
  const others = parts.workloads
    .filter((each) => isOfReplicas(each) && each.kind !== 'DaemonSet' && labelOf(each, variantLabel) !== 'canary')
    .map((workload): LeftPool => {
      const model = modelNameOf(inventory, labelOf(workload, modelLabel))
      const by = whoScales(workload, { namespace, fleet: object?.metadata.name, scalers })
      return { model, role: roleOf(labelOf(workload, roleLabel)), by }
    })
    .filter((pool) => !isTold(pool))
  const problem = conditions.find(({ type, reason }) => type === 'Autoscaling' && problems.has(reason))
  return { namespace, pools, problem: pools.length === 0 ? null : (problem?.message ?? null), others }
}

/** The Fleet as an object; undefined where it was applied by the command alone. */
async function readFleetObject(
  client: ClusterClient,
  { namespace, inventory: { fleet: name } }: FoundFleet,
): Promise<FleetObject | undefined> {
  try {
    const ref = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Fleet', namespace, name }
    return (await client.get(ref)) as FleetObject | undefined
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'no-such-kind') return undefined
    throw error
  }
}

function roleOf(label: string): PoolName['role'] {
  return (['prefill', 'decode'] as const).find((role) => role === label) ?? 'both'
}
