import type { TargetName } from '../../../fleet/index.ts'
import type { Pod } from '../../../kubernetes/index.ts'
import type { FleetProblem, FleetStatus, PoolStatus, ReplicaStatus } from '../../contract.ts'
import { fleetLoadOf, replicaLoadOf } from '../../fleet-load.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, type FleetParts, type Live, type Workload } from '../fleets/parts.ts'
import { componentLabel, isOfReplicas, modelLabel, modelNameOf, roleLabel } from '../fleets/subjects.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import { podProblem } from '../waiting/pod-problem.ts'
import { podStage, restartsOf, type PodStage } from '../waiting/pod-stage.ts'
import { rolesOf, workloadState } from '../waiting/rollout-state.ts'
import type { FleetAddress, PendingAddress } from './addresses.ts'
import { entriesByAddress, type GatewayReports } from './gateway-load.ts'

/** What a status is made of. */
export interface StatusFacts {
  readonly target: TargetName
  readonly context: string
  readonly found: FoundFleet
  readonly parts: FleetParts
  readonly problems: readonly FleetProblem[]
  readonly addresses: { readonly open: readonly FleetAddress[]; readonly pending: readonly PendingAddress[] }
  readonly gateways: GatewayReports
}

/** The word for a pod’s stage, as replicas of every target have it. */
const states: Readonly<Record<PodStage, string>> = {
  scheduling: 'preparing',
  volume: 'preparing',
  image: 'preparing',
  starting: 'starting',
  loading: 'starting',
  ready: 'ready',
  ending: 'stopping',
  failed: 'failed',
}

/** Version of an image: its tag, else the beginning of its digest. */
export function versionOf(image: string | undefined): string | undefined {
  const [named = '', digest] = (image ?? '').split('@sha256:')
  const [, tag] = /:([\w][\w.-]*)$/.exec(named.split('/').at(-1) ?? '') ?? []
  return tag ?? digest?.slice(0, 12)
}

/** The container that a pod is there for: of ours the first, beside sidecars. */
const mainContainer = ({ spec }: Pod) => spec?.containers[0]

/** Whether a pod is a replica of a model, rather than a helper; of a group over machines the first only. */
function isReplica(pod: Live<Pod>): boolean {
  const worker = labelOf(pod, 'leaderworkerset.sigs.k8s.io/worker-index')
  return isOfReplicas(pod) && ['', '0'].includes(worker)
}

function replicaOf(
  pod: Live<Pod>,
  { inventory }: FoundFleet,
  entries: ReturnType<typeof entriesByAddress>,
): ReplicaStatus {
  const { metadata, status, spec } = pod
  const label = labelOf(pod, modelLabel)
  const stage = podStage(pod)
  const problem = stage === 'ready' ? undefined : podProblem(pod)
  const container = mainContainer(pod)
  const port =
    container?.ports?.find(({ name }) => name === 'http')?.containerPort ?? container?.ports?.[0]?.containerPort
  const address = status?.podIP === undefined ? '' : `${status.podIP}${port === undefined ? '' : `:${port}`}`
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const version = versionOf(container?.image)
  return {
    id: metadata.name,
    model: modelNameOf(inventory, label),
    engine: inventory.models.find((model) => model.label === label)?.engine ?? '',
    state: problem?.reason ?? states[stage],
    address: address === '' ? '' : `http://${address}`,
    starts: restartsOf(pod) + 1,
    since: ready?.lastTransitionTime ?? status?.startTime ?? metadata.creationTimestamp ?? '',
    ...replicaLoadOf(entries.get(address) ?? []),
    lastError: problem === undefined ? null : [problem.what, problem.why].filter(Boolean).join(': '),
    role: labelOf(pod, roleLabel) || 'both',
    ...(version === undefined ? {} : { version }),
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
  }
}

/** Image of the main container that a workload makes pods with, where its kind says it. */
function imageOf({ spec }: Workload): string | undefined {
  const template = spec?.['template'] as
    | { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } }
    | undefined
  return template?.spec?.containers?.[0]?.image
}

/** The pools of a workload: one, or of an LLMInferenceService that splits its model one for each role. */
function poolsOf(workload: Workload, { inventory }: FoundFleet): PoolStatus[] {
  return rolesOf(workload).map(({ role, state: { wanted, ready, updated } }) => {
    const made = workload.made?.find((each) => each.role === role) ?? workload.made?.[0]
    return {
      model: modelNameOf(inventory, labelOf(workload, modelLabel)),
      role,
      wanted,
      ready,
      updated,
      object: titleOf(refOf(workload)),
      version: versionOf(imageOf(made?.workload ?? workload)) ?? null,
    }
  })
}

const isGateway = (workload: Workload) => labelOf(workload, componentLabel) === 'gateway'

/** What a Fleet in a cluster is doing, from what was read of it. */
export function statusOf(facts: StatusFacts): FleetStatus {
  const { target, context, found, parts, problems, addresses, gateways } = facts
  const entries = entriesByAddress(gateways.reports)
  const { inventory, namespace } = found
  const gateway = parts.workloads.find(isGateway)
  const state = gateway === undefined ? undefined : workloadState(gateway)
  const ofModels = parts.workloads.filter(isOfReplicas)
  const [first] = addresses.open
  const gatewayProblem = problems.find(({ subject }) => subject === 'gateway')
  return {
    fleet: inventory.fleet,
    target,
    running: parts.workloads.length > 0,
    gateway:
      state === undefined
        ? null
        : {
            address: first?.url ?? '',
            admin: '',
            state: state.ready > 0 ? 'ready' : (gatewayProblem?.reason ?? 'starting'),
            lastError:
              gatewayProblem === undefined
                ? null
                : [gatewayProblem.what, gatewayProblem.why].filter(Boolean).join(': '),
          },
    replicas: parts.pods.filter(isReplica).map((pod) => replicaOf(pod, found, entries)),
    pools: ofModels.flatMap((workload) => poolsOf(workload, found)),
    addresses: addresses.open.map(({ url }) => url),
    problems: [
      ...problems,
      ...addresses.pending.map(({ by, why }) => ({ subject: by, reason: 'no-address', what: why })),
    ],
    load: fleetLoadOf(gateways.reports, gateways.missing),
    cluster: {
      context,
      namespace,
      revision: inventory.revision === 0 ? null : inventory.revision,
      appliedAt: inventory.state === 'settled' ? inventory.since : null,
      isSettled: inventory.state === 'settled',
    },
  }
}
