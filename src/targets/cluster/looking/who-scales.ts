import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { LeftPool } from '../../contract.ts'
import { scaledRangeOf } from '../../scaling/index.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { listOfFleet, type Workload } from '../fleets/parts.ts'
import { refOf, titleOf } from '../objects/object-names.ts'

/** Objects that say how many replicas a workload has, with what kubectl calls them. */
const autoscalers = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', word: 'hpa' },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', word: 'scaledobject' },
] as const

/** An autoscaler, and the workload that it scales. */
export interface Autoscaler {
  readonly title: string
  readonly workload: string | undefined
  readonly command: string
}

/** The autoscalers that the Fleet itself has. */
export async function readAutoscalers(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
): Promise<readonly Autoscaler[]> {
  const kinds = autoscalers.filter(({ kind }) => inventory.objects.some((ref) => ref.kind === kind))
  const lists = await Promise.all(
    kinds.map(async ({ word, ...kind }) => {
      const objects = await listOfFleet(client, kind, { namespace, fleet: inventory.fleet })
      return objects.map((object): Autoscaler => {
        const spec = object['spec'] as { readonly scaleTargetRef?: { readonly name?: string } } | undefined
        const title = titleOf(refOf(object))
        return {
          title,
          workload: spec?.scaleTargetRef?.name,
          command: `kubectl describe ${word} ${object.metadata.name} -n ${namespace}`,
        }
      })
    }),
  )
  return lists.flat()
}

/** Who says how many replicas a workload has. */
export function whoScales(
  workload: Workload,
  about: { readonly namespace: string; readonly fleet: string | undefined; readonly scalers: readonly Autoscaler[] },
): LeftPool['by'] {
  const { namespace, fleet, scalers } = about
  const own = scalers.find((each) => each.workload === workload.metadata.name)
  if (own !== undefined) return { kind: 'object', title: own.title, command: own.command }
  const command = platformCommand(workload, namespace)
  if (command !== undefined) return { kind: 'platform', command }
  const range = scaledRangeOf(workload)
  if (range === undefined) return { kind: 'nobody' }
  return fleet === undefined
    ? { kind: 'no_controller', range, replicas: workload.spec?.replicas ?? 1 }
    : { kind: 'controller', range, command: `kubectl describe fleet ${fleet} -n ${namespace}` }
}

/** How to look at what KServe scales by; undefined where it scales nothing. */
function platformCommand({ kind, metadata, spec }: Workload, namespace: string): string | undefined {
  const { name, annotations } = metadata
  if (kind === 'LLMInferenceService') {
    return spec?.['scaling'] === undefined ? undefined : `kubectl describe llminferenceservice ${name} -n ${namespace}`
  }
  if (kind !== 'InferenceService') return undefined
  const scalerClass = annotations?.['serving.kserve.io/autoscalerClass']
  if (scalerClass === 'none' || scalerClass === 'external') return undefined
  const word = scalerClass === 'keda' ? 'scaledobject' : scalerClass === 'hpa' ? 'hpa' : undefined
  return word === undefined
    ? `kubectl describe inferenceservice ${name} -n ${namespace}`
    : `kubectl describe ${word} ${name}-predictor -n ${namespace}`
}
