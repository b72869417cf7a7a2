import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ScaleRequest, ScaleResult } from '../../contract.ts'
import { scaledRangeOf, type ScaledRange } from '../../scaling/index.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, listOfFleet, readParts, type Workload } from '../fleets/parts.ts'
import { isOfReplicas, isSubject, roleLabel, unknownSubject, variantLabel } from '../fleets/subjects.ts'
import { refOf, titleOf } from '../objects/object-names.ts'

/** Who owns what scaling sets, so that the next apply knows it for our own. */
const manager = 'fairlead-scale'

const autoscalers = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
]

/** Replicas of a model, or of one role of it, and the object that says how many. */
interface Scaled {
  readonly workload: Workload
  readonly role: string
}

/** Sets the copies of a model until the next apply. */
export async function scaleFleet(client: ClusterClient, fleet: string, request: ScaleRequest): Promise<ScaleResult> {
  const found = await requireFleet(client, fleet)
  const scaled = await scaledBy(client, found, request)
  const { workload } = scaled
  await refuseAutoscaled(client, found, workload)
  refuseScaledByPlatform(scaled)
  const { replicas } = request
  const range = scaledRangeOf(workload)
  if (range !== undefined) refuseOutside(range, request)
  const before = wantedReplicas(scaled) ?? 1
  await client.patch(refOf(workload), scalePatch(scaled, replicas), { fieldManager: manager })
  const note =
    range === undefined
      ? `The next apply sets what the Fleet file says; write \`replicas: ${replicas}\` there to keep it.`
      : `The controller goes on from here by the load, between ${range.min} and ${range.max}; where none runs, the number stays. The next apply leaves it.`
  return { subject: titleOf(refOf(workload)), before, after: replicas, note }
}

/** The controller would set it back within seconds. */
function refuseOutside({ min, max }: ScaledRange, { model, replicas }: ScaleRequest): void {
  if (replicas >= min && replicas <= max) return
  throw new UserError({
    what: `${model} follows its load between ${min} and ${max} replicas, and ${replicas} is ${replicas < min ? 'fewer' : 'more'}`,
    why: 'The bounds are the Fleet’s, and its controller sets the number back to them within seconds.',
    mend: `Change ${replicas < min ? 'minReplicas' : 'maxReplicas'} of the model in the Fleet file, and apply it.`,
    command: 'fairlead apply',
  })
}

/** A canary has as many replicas as its trial says. */
const isCanary = (workload: Workload) => labelOf(workload, variantLabel) === 'canary'

interface ServiceSpec {
  readonly predictor?: { readonly minReplicas?: number; readonly maxReplicas?: number }
  readonly prefill?: { readonly replicas?: number; readonly scaling?: object }
  readonly scaling?: object
}

/** Copies that a workload asks for. */
function wantedReplicas({ workload: { kind, spec }, role }: Scaled): number | undefined {
  const { predictor, prefill } = (spec ?? {}) as ServiceSpec
  if (kind === 'InferenceService') return predictor?.minReplicas
  return role === 'prefill' && prefill !== undefined ? prefill.replicas : spec?.replicas
}

/** A patch that sets the copies. */
function scalePatch({ workload: { kind, spec }, role }: Scaled, replicas: number): object {
  const { prefill } = (spec ?? {}) as ServiceSpec
  // KServe refuses a maximum below the minimum, and none of zero.
  if (kind === 'InferenceService')
    return { spec: { predictor: { minReplicas: replicas, maxReplicas: Math.max(1, replicas) } } }
  return role === 'prefill' && prefill !== undefined ? { spec: { prefill: { replicas } } } : { spec: { replicas } }
}

/** The kinds of replicas that a workload has: one, or two of an LLMInferenceService that splits its model. */
const rolesIn = (workload: Workload): string[] =>
  workload.kind === 'LLMInferenceService' && (workload.spec as ServiceSpec | undefined)?.prefill !== undefined
    ? ['decode', 'prefill']
    : [labelOf(workload, roleLabel)]

async function scaledBy(client: ClusterClient, found: FoundFleet, { model, role }: ScaleRequest): Promise<Scaled> {
  const { inventory } = found
  const { workloads } = await readParts(client, found)
  const ofModel = workloads
    .filter(
      (each) => isSubject(each, model, inventory) && isOfReplicas(each) && each.kind !== 'DaemonSet' && !isCanary(each),
    )
    .flatMap((workload) => rolesIn(workload).map((each): Scaled => ({ workload, role: each })))
  if (ofModel.length === 0) throw unknownSubject(inventory.fleet, model, inventory, [])
  const wanted = role === undefined ? ofModel : ofModel.filter((each) => each.role === role)
  const [only, ...others] = wanted
  if (only !== undefined && others.length === 0) return only
  const roles = ofModel.map((each) => each.role).join(' and ')
  throw new UserError({
    what:
      role === undefined
        ? `Model ${model} has several kinds of replicas: ${roles}`
        : `Model ${model} has no replicas for ${role}`,
    mend: `Say which with --role: ${roles}.`,
  })
}

/** Where KServe has something else say how many there are, its object’s number is a bound, or nothing at all. */
function refuseScaledByPlatform({ workload, role }: Scaled): void {
  const { kind, metadata, spec } = workload
  const title = titleOf(refOf(workload))
  const inFleet = {
    mend: 'Change minReplicas and maxReplicas of the model in the Fleet file, and apply it.',
    command: 'fairlead apply',
  }
  if (kind === 'LLMInferenceService') {
    const { scaling, prefill } = (spec ?? {}) as ServiceSpec
    if ((role === 'prefill' ? (prefill?.scaling ?? scaling) : scaling) === undefined) return
    throw new UserError({
      what: `An autoscaler of KServe says how many replicas ${title} has`,
      why: 'Its `scaling` takes the place of a number of replicas.',
      ...inFleet,
    })
  }
  if (kind !== 'InferenceService') return
  const scalerClass = metadata.annotations?.['serving.kserve.io/autoscalerClass']
  if (scalerClass === 'hpa' || scalerClass === 'keda') {
    throw new UserError({
      what: `KServe’s autoscaler of class ${scalerClass} says how many replicas ${title} has`,
      why: 'It would set its own number again within seconds.',
      ...inFleet,
    })
  }
  if (scalerClass === 'external') {
    const deployment = workload.made?.[0]?.workload.metadata.name ?? `${metadata.name}-predictor`
    throw new UserError({
      what: `KServe leaves the number of replicas of ${title} to something outside of it`,
      why: 'It is of autoscaler class external: KServe sets no number at its Deployment.',
      mend: 'Scale the Deployment, or write `autoscale: { by: none }` and `replicas` at the model and apply it.',
      command: `kubectl scale deployment/${deployment} --replicas=N -n ${metadata.namespace ?? ''}`,
    })
  }
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
