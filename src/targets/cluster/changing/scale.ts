import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ScaleRequest, ScaleResult } from '../../contract.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, listOfFleet, readParts, type Workload } from '../fleets/parts.ts'
import { isSubject, roleLabel, unknownSubject } from '../fleets/subjects.ts'
import { refOf, titleOf } from '../objects/object-names.ts'

/** Who owns what scaling sets, so that the next apply knows it for our own. */
const manager = 'fairlead-scale'

const autoscalers = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
]

/** Sets the copies of a model until the next apply. */
export async function scaleFleet(client: ClusterClient, fleet: string, request: ScaleRequest): Promise<ScaleResult> {
  const found = await requireFleet(client, fleet)
  const workload = await workloadOf(client, found, request)
  await refuseAutoscaled(client, found, workload)
  const { replicas } = request
  const before = wantedReplicas(workload) ?? 1
  const subject = titleOf(refOf(workload))
  if (workload.kind === 'InferenceService') {
    await client.patch(refOf(workload), { spec: { predictor: { minReplicas: replicas } } }, { fieldManager: manager })
  } else {
    await client.patch(refOf(workload), { spec: { replicas } }, { fieldManager: manager })
  }
  return {
    subject,
    before,
    after: replicas,
    note: `The next apply sets what the Fleet file says; write \`replicas: ${replicas}\` there to keep it.`,
  }
}

/** Copies that a workload asks for. */
function wantedReplicas({ kind, spec }: Workload): number | undefined {
  if (kind !== 'InferenceService') return spec?.replicas
  const predictor = spec?.['predictor'] as { readonly minReplicas?: number } | undefined
  return predictor?.minReplicas
}

async function workloadOf(client: ClusterClient, found: FoundFleet, { model, role }: ScaleRequest): Promise<Workload> {
  const { inventory } = found
  const { workloads } = await readParts(client, found)
  const ofModel = workloads.filter((each) => isSubject(each, model, inventory) && each.kind !== 'DaemonSet')
  if (ofModel.length === 0) throw unknownSubject(inventory.fleet, model, inventory, [])
  const wanted = role === undefined ? ofModel : ofModel.filter((each) => labelOf(each, roleLabel) === role)
  const [only, ...others] = wanted
  if (only !== undefined && others.length === 0) return only
  const roles = ofModel.map((each) => labelOf(each, roleLabel)).join(' and ')
  throw new UserError({
    what:
      role === undefined
        ? `Model ${model} has several kinds of replicas: ${roles}`
        : `Model ${model} has no replicas for ${role}`,
    mend: `Say which with --role: ${roles}.`,
  })
}

/** An autoscaler would undo it within seconds. */
async function refuseAutoscaled(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
  workload: Workload,
): Promise<void> {
  const { fleet } = inventory
  for (const kind of autoscalers) {
    if (!inventory.objects.some((ref) => ref.kind === kind.kind)) continue
    const scalers = await listOfFleet(client, kind, { namespace, fleet })
    const own = scalers.find((scaler) => {
      const spec = scaler['spec'] as { readonly scaleTargetRef?: { readonly name?: string } } | undefined
      return spec?.scaleTargetRef?.name === workload.metadata.name
    })
    if (own === undefined) continue
    throw new UserError({
      what: `${titleOf(refOf(own))} says how many replicas there are`,
      why: 'It would set its own number again within seconds.',
      mend: 'Change minReplicas and maxReplicas of the model in the Fleet file, and apply it.',
      command: 'fairlead apply',
    })
  }
}
