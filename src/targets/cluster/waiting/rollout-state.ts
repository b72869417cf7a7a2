import type { RolloutStatus } from '../../contract.ts'
import { labelOf, type MadeWorkload, type Workload } from '../fleets/parts.ts'
import { roleLabel } from '../fleets/subjects.ts'

/** How far a workload is, whatever its kind. */
export interface WorkloadState {
  readonly wanted: number
  /** Pods of the newest revision. */
  readonly updated: number
  readonly ready: number
  readonly state: RolloutStatus['state']
  /** What it waits for, or why it failed, in words. */
  readonly message: string
}

interface Condition {
  readonly type?: string
  readonly status?: string
  readonly reason?: string
  readonly message?: string
}

/** The conditions of an object of any kind. */
export function conditionsOf({ status }: Pick<Workload, 'status'>): readonly Condition[] {
  const conditions = status?.['conditions']
  return Array.isArray(conditions) ? (conditions as Condition[]) : []
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** How far a workload is: a Deployment, StatefulSet, DaemonSet, LeaderWorkerSet, or a service of KServe. */
export function workloadState(workload: Workload): WorkloadState {
  const { kind, spec, status, metadata } = workload
  const isSeen = numberOf(status?.['observedGeneration']) >= numberOf(metadata.generation)
  switch (kind) {
    case 'Deployment':
      return deploymentState(workload, isSeen)
    case 'DaemonSet': {
      const wanted = numberOf(status?.['desiredNumberScheduled'])
      const updated = numberOf(status?.['updatedNumberScheduled'])
      const ready = numberOf(status?.['numberReady'])
      return counted({ wanted, updated, ready, isSeen })
    }
    case 'InferenceService':
    case 'LLMInferenceService':
      return serviceState(workload)
    default: {
      const wanted = spec?.replicas ?? 1
      // A StatefulSet that never changed has no updatedReplicas; one that was deleted down to nothing neither.
      const isSame = status?.['currentRevision'] !== undefined && status['currentRevision'] === status['updateRevision']
      const ready = numberOf(status?.['readyReplicas'])
      const updated = isSame ? wanted : numberOf(status?.['updatedReplicas'])
      return counted({ wanted, updated, ready, isSeen })
    }
  }
}

/** How far each kind of replicas of a workload is: one, or what an LLMInferenceService splits a model into. */
export function rolesOf(workload: Workload): { readonly role: string; readonly state: WorkloadState }[] {
  const made = workload.made ?? []
  if (made.length < 2) return [{ role: labelOf(workload, roleLabel) || 'both', state: workloadState(workload) }]
  return made.map((each) => ({ role: each.role, state: serviceState({ ...workload, made: [each] }) }))
}

interface Counts {
  readonly wanted: number
  readonly updated: number
  readonly ready: number
  readonly isSeen: boolean
  /** Pods of an older revision that are still there. */
  readonly old?: number
}

function counted({ wanted, updated, ready, isSeen, old = 0 }: Counts): WorkloadState {
  const facts = { wanted, updated, ready }
  if (!isSeen) return { ...facts, state: 'progressing', message: 'its controller has not seen the change yet' }
  if (updated < wanted) return { ...facts, state: 'progressing', message: `${updated} of ${wanted} updated` }
  if (old > 0) return { ...facts, state: 'progressing', message: `${old} old still to end` }
  if (ready < wanted) return { ...facts, state: 'progressing', message: `${ready} of ${wanted} ready` }
  return { ...facts, state: 'complete', message: `${ready} of ${wanted} ready` }
}

function deploymentState(workload: Workload, isSeen: boolean): WorkloadState {
  const { spec, status } = workload
  const wanted = spec?.replicas ?? 1
  const updated = numberOf(status?.['updatedReplicas'])
  const ready = numberOf(status?.['readyReplicas'])
  const old = Math.max(0, numberOf(status?.['replicas']) - updated)
  const base = counted({ wanted, updated, ready, isSeen, old })
  if (spec?.['paused'] === true && base.state !== 'complete')
    return { ...base, state: 'paused', message: `paused: ${base.message}` }
  const stuck = conditionsOf(workload).find(({ reason }) => reason === 'ProgressDeadlineExceeded')
  if (isSeen && base.state !== 'complete' && stuck !== undefined) {
    return { ...base, state: 'failed', message: stuck.message ?? 'no progress within its deadline' }
  }
  return base
}

/** A service of KServe: as what was made of it stands, and no better than it says itself. */
function serviceState(workload: Workload): WorkloadState {
  const { made = [], metadata } = workload
  const ready = conditionsOf(workload).find(({ type }) => type === 'Ready')
  const said = ready?.message ?? ready?.reason ?? 'its controller has said nothing yet'
  const [first] = made
  if (first === undefined) {
    const isKnative = metadata.annotations?.['serving.kserve.io/deploymentMode'] === 'Knative'
    return isKnative ? knativeState(workload, ready?.status === 'True', said) : waiting(workload, said)
  }
  const states = made.map(madeState)
  const sum = (of: (state: WorkloadState) => number) => states.reduce((total, state) => total + of(state), 0)
  const counts = {
    wanted: sum(({ wanted }) => wanted),
    updated: sum((each) => each.updated),
    ready: sum((each) => each.ready),
  }
  const behind = states.find(({ state }) => state !== 'complete')
  if (behind !== undefined) return { ...counts, state: behind.state, message: behind.message }
  if (ready?.status === 'True')
    return { ...counts, state: 'complete', message: `${counts.ready} of ${counts.wanted} ready` }
  return { ...counts, state: 'progressing', message: said }
}

/** How what was made stands; what is still as before the last change counts for nothing new. */
function madeState({ workload, isCurrent }: MadeWorkload): WorkloadState {
  const state = workloadState(workload)
  return isCurrent ? state : counted({ ...state, updated: 0, isSeen: false })
}

/** Nothing was made of it yet. */
const waiting = (workload: Workload, message: string): WorkloadState => ({
  wanted: saidReplicas(workload),
  updated: 0,
  ready: 0,
  state: 'progressing',
  message,
})

/** Replicas that a service of KServe says itself. */
function saidReplicas({ kind, spec }: Workload): number {
  if (kind !== 'InferenceService') return spec?.replicas ?? 1
  return (spec?.['predictor'] as { readonly minReplicas?: number } | undefined)?.minReplicas ?? 1
}

/** Knative keeps what it makes to itself; of revisions it tells the newest, and the newest that is ready. */
function knativeState(workload: Workload, isReady: boolean, said: string): WorkloadState {
  const components = workload.status?.['components'] as
    | { readonly predictor?: { readonly latestCreatedRevision?: string; readonly latestReadyRevision?: string } }
    | undefined
  const { latestCreatedRevision, latestReadyRevision } = components?.predictor ?? {}
  if (!isReady || latestCreatedRevision !== latestReadyRevision) return waiting(workload, said)
  const wanted = saidReplicas(workload)
  return { wanted, updated: wanted, ready: wanted, state: 'complete', message: 'ready' }
}
