import type { Event, Job, PersistentVolumeClaim } from '../../../kubernetes/index.ts'
import type { FleetProblem } from '../../contract.ts'
import type { Workload } from '../fleets/parts.ts'
import { conditionsOf } from './rollout-state.ts'

/** A problem without the part that has it. */
type Problem = Omit<FleetProblem, 'subject'>

/** Why a message of an API server refuses pods. */
export function refusalProblem(message: string): Problem {
  if (/exceeded quota/.test(message)) {
    return {
      reason: 'quota',
      what: 'a ResourceQuota has no room for its pods',
      why: message,
      mend: 'Ask for fewer replicas or GPUs, or raise the quota (targets.kubernetes.gpuQuota and quota, where it is the Fleet’s own).',
      command: 'kubectl describe resourcequota',
    }
  }
  if (/violates PodSecurity/.test(message)) {
    return {
      reason: 'refused',
      what: 'the namespace’s Pod Security refuses its pods',
      why: message,
      mend: 'Label the namespace with a level that takes them (pod-security.kubernetes.io/enforce), or change what they mount.',
    }
  }
  if (/admission webhook|ValidatingAdmissionPolicy|denied the request/.test(message)) {
    return {
      reason: 'refused',
      what: 'an admission policy of the cluster refuses its pods',
      why: message,
      mend: 'Change what the policy objects to, or ask whoever keeps it.',
    }
  }
  return { reason: 'refused', what: 'its pods cannot be made', why: message }
}

/** Why a workload has no pods, as its controller says it. */
export function workloadProblem(workload: Workload): Problem | undefined {
  const failure = conditionsOf(workload).find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
  if (failure !== undefined) return refusalProblem(failure.message ?? failure.reason ?? '')
  const stuck = conditionsOf(workload).find(({ reason }) => reason === 'ProgressDeadlineExceeded')
  if (stuck !== undefined) {
    const message = stuck.message ?? ''
    return {
      reason: 'deadline',
      what: 'it made no progress within its deadline',
      why: message,
      mend: 'startupBudget of the model is how long loading may take.',
    }
  }
  return undefined
}

/** Why a Job came to nothing. */
export function jobProblem({ status, metadata }: Job): Problem | undefined {
  const failed = status?.conditions?.find(({ type, status: is }) => type === 'Failed' && is === 'True')
  if (failed === undefined) return undefined
  return {
    reason: 'download',
    what: `Job ${metadata.name ?? ''} failed`,
    why: failed.message ?? failed.reason ?? '',
    mend: 'Its log says why; deleted, it is made again by the next apply.',
    command: `kubectl logs job/${metadata.name ?? ''} -n ${metadata.namespace ?? ''}`,
  }
}

/** Why a claim is not bound; undefined where it is, or waits for its first pod as it should. */
export function claimProblem(
  { metadata, spec, status }: PersistentVolumeClaim,
  events: readonly Event[],
): Problem | undefined {
  if (status?.phase === 'Bound') return undefined
  const own = events.filter(
    ({ involvedObject: { kind, name } }) => kind === 'PersistentVolumeClaim' && name === metadata.name,
  )
  const last = own.findLast(({ type, reason }) => type === 'Warning' || reason === 'FailedBinding')
  if (status?.phase !== 'Lost' && last === undefined) return undefined
  const storageClass = spec?.storageClassName
  return {
    reason: 'volume-pending',
    what: `claim ${metadata.name ?? ''} is not bound${storageClass === undefined ? '' : ` (storage class ${storageClass})`}`,
    why: last?.message ?? 'its volume is lost',
    mend:
      storageClass === undefined
        ? 'The cluster has no default storage class, or none that can make it: name one by storage.models.storageClass.'
        : 'Check that the storage class exists, and has the access mode that the claim asks for.',
    command: `kubectl describe pvc ${metadata.name ?? ''} -n ${metadata.namespace ?? ''}`,
  }
}
