import type { RolloutStatus } from '../../contract.ts'
import type { Workload } from '../fleets/parts.ts'

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
      return serviceState(workload, isSeen)
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

function serviceState(workload: Workload, isSeen: boolean): WorkloadState {
  const ready = conditionsOf(workload).find(({ type }) => type === 'Ready')
  const predictor = workload.spec?.['predictor'] as { readonly minReplicas?: number } | undefined
  const wanted = workload.kind === 'InferenceService' ? (predictor?.minReplicas ?? 1) : (workload.spec?.replicas ?? 1)
  const isReady = isSeen && ready?.status === 'True'
  const message = isReady ? 'ready' : (ready?.message ?? ready?.reason ?? 'its controller has said nothing yet')
  return {
    wanted,
    updated: isReady ? wanted : 0,
    ready: isReady ? wanted : 0,
    state: isReady ? 'complete' : 'progressing',
    message,
  }
}
