import type { FleetProblem } from '../../contract.ts'
import { isMaker } from '../fleets/made-workloads.ts'
import type { Workload } from '../fleets/parts.ts'
import { conditionsOf } from './rollout-state.ts'

/** Reasons by which a controller says that it waits for pods, which say themselves what is wrong with them. */
const waiting = new Set(['', 'MinimumReplicasUnavailable', 'Progressing', 'ReplicaSetUpdated', 'NewReplicaSetCreated'])
/** Sums of other conditions. */
const sums = new Set(['Ready', 'WorkloadsReady', 'RouterReady'])

/** Why a service of KServe is not what it should be, as its controller says it; pods and Deployments are asked first. */
export function serviceProblem(workload: Workload): Omit<FleetProblem, 'subject'> | undefined {
  if (!isMaker(workload)) return undefined
  const { kind, metadata, status } = workload
  const command = `kubectl describe ${kind.toLowerCase()} ${metadata.name} -n ${metadata.namespace ?? ''}`
  const failed = conditionsOf(workload).find(
    ({ type = '', status: is, reason = '' }) => is === 'False' && !sums.has(type) && !waiting.has(reason),
  )
  if (failed !== undefined) {
    const { type = '', reason = '', message } = failed
    return {
      reason: 'refused',
      what: `KServe cannot make it: ${type} is false (${reason})`,
      ...(message === undefined || message === '' ? {} : { why: message }),
      command,
    }
  }
  const info = (
    status?.['modelStatus'] as { readonly lastFailureInfo?: { readonly reason?: string; readonly message?: string } }
  )?.lastFailureInfo
  if (info === undefined || workload.made?.some(({ workload: { kind: made } }) => made === 'Deployment') === true)
    return undefined
  return { reason: 'refused', what: `KServe cannot make it: ${info.reason ?? ''}`, why: info.message ?? '', command }
}
