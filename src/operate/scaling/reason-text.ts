import type { PoolScaling } from '../../observe/report/index.ts'

type Decision = PoolScaling['decision']

/** A reason as people read it. */
export function scalingReasonText(reason: Decision['reason']): string {
  return reasons[reason]
}

const reasons: Readonly<Record<Decision['reason'], string>> = {
  queue: 'requests wait',
  requests: 'replicas have as many requests as they take',
  tokens: 'the tokens in flight fill the KV caches',
  kv_cache: 'the KV caches are full',
  ttft: 'the first token comes late',
  wake: 'a request met no replica',
  idle: 'no request came for long',
  spare: 'fewer do',
  minimum: 'that is the least',
  maximum: 'that is the most',
  steady: 'enough, and not too many',
  no_readings: 'load is not known, so nothing changes',
}
