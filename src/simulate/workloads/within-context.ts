import type { Workload, WorkloadRequest } from '../contract.ts'

/** A workload without what an engine would refuse. */
export interface FittingWorkload {
  readonly workload: Workload
  /** Requests that were left out. */
  readonly leftOut: number
}

/** Leaves out requests whose prompt and answer are longer than `tokens`, and every turn that waits for one of them. */
export function withinContext(workload: Workload, tokens: number): FittingWorkload {
  const places = new Map<number, number>()
  const kept: WorkloadRequest[] = []
  for (const [place, request] of workload.requests.entries()) {
    const before = request.after === -1 ? -1 : places.get(request.after)
    if (before === undefined || request.promptTokens + request.outputTokens > tokens) continue
    places.set(place, kept.length)
    kept.push(before === request.after ? request : { ...request, after: before })
  }
  return { workload: { ...workload, requests: kept }, leftOut: workload.requests.length - kept.length }
}
