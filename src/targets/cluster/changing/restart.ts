import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { RestartRequest, WorkContext } from '../../contract.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { readParts, type Workload } from '../fleets/parts.ts'
import { isOfReplicas, isSubject, unknownSubject } from '../fleets/subjects.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import { untilRolledOut } from './until-rolled-out.ts'

const manager = 'fairlead-restart'
/** A change of it makes new pods, as `kubectl rollout restart` does with one of its own. */
const annotation = 'fairlead.dev/restarted-at'

/** A patch that makes new pods of a workload. */
function restartPatch({ kind, spec }: Workload, at: string): object {
  const annotations = { [annotation]: at }
  const template = { metadata: { annotations } }
  switch (kind) {
    case 'LeaderWorkerSet':
      return { spec: { leaderWorkerTemplate: { workerTemplate: template } } }
    case 'InferenceService':
      return { spec: { predictor: { annotations } } }
    case 'LLMInferenceService':
      // Its template is a pod without metadata; KServe gives pods these annotations.
      return { spec: { annotations, ...(spec?.['prefill'] === undefined ? {} : { prefill: { annotations } }) } }
    default:
      return { spec: { template } }
  }
}

/** Starts replicas anew as an update does, so that as many serve as the Fleet wants throughout; or one pod by its name. */
export async function restartFleet(
  client: ClusterClient,
  fleet: string,
  { subject }: RestartRequest,
  context: WorkContext,
): Promise<readonly string[]> {
  const found = await requireFleet(client, fleet)
  const { inventory } = found
  const { workloads, pods } = await readParts(client, found)
  const pod = pods.find(({ metadata }) => metadata.name === subject)
  if (pod !== undefined) {
    await client.delete({ ...refOf(pod), apiVersion: 'v1', kind: 'Pod' }, { uid: pod.metadata.uid })
    return [pod.metadata.name]
  }
  const wanted = workloads.filter(
    (workload) =>
      isSubject(workload, subject, inventory) &&
      // A model’s name means its replicas, not what chooses among them.
      (subject === undefined || workload.metadata.name === subject || subject === 'gateway' || isOfReplicas(workload)),
  )
  if (wanted.length === 0)
    throw unknownSubject(
      fleet,
      subject ?? '',
      inventory,
      pods.map(({ metadata }) => metadata.name),
    )
  const at = new Date().toISOString()
  for (const workload of wanted) {
    const step = context.progress.step(`Restart ${titleOf(refOf(workload))}`)
    try {
      await client.patch(refOf(workload), restartPatch(workload, at), { fieldManager: manager })
      await untilRolledOut(client, found, refOf(workload), context, (message) => step.update(message))
      step.succeed('ready')
    } catch (error) {
      step.fail('not ready')
      throw error
    }
  }
  return wanted.map((workload) => titleOf(refOf(workload)))
}
