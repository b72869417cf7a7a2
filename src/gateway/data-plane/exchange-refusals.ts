import type { Reason } from '../../errors/index.ts'
import { Refusal } from './refusal.ts'
import type { TryFailure } from './retry-policy.ts'
import type { ServedModel } from './served-model.ts'

/** Seconds until a starting replica is worth another try. */
const retryAfterSeconds = 2
/** The same where it started for this very request, and takes longer than that could wait. */
const wakingRetryAfterSeconds = 10

const messages: { readonly [Name in Reason]?: string } = {
  deadline_ttft: 'The engine did not begin to answer in time.',
  deadline_idle: 'The engine fell silent in the middle of the answer.',
  deadline_total: 'The answer took longer than the total time allowed.',
}

/** A deadline has passed. */
export function deadlineRefusal(reason: Reason): Refusal {
  return new Refusal(reason, messages[reason] ?? 'The request took too long.', { retryAfterSeconds })
}

/** The queue of a model has no place, or no longer; `seconds` until another try is worth while. */
export function queueFullRefusal(model: ServedModel, seconds: number): Refusal {
  const message = `Every replica of ${model.name} has as many requests as it takes, and so has the queue.`
  return new Refusal('queue_full', message, { retryAfterSeconds: seconds })
}

/** A request has waited as long as it may. */
export function queueTimeoutRefusal(model: ServedModel, seconds: number): Refusal {
  const message = `No replica of ${model.name} had room in time.`
  return new Refusal('queue_timeout', message, { retryAfterSeconds: seconds })
}

/** A model that had no replica got none in time. */
export function stillWakingRefusal(model: ServedModel): Refusal {
  const message = `The model ${model.name} had no replica, and the one that starts for it was not ready in time.`
  return new Refusal('scaling_from_zero', message, { retryAfterSeconds: wakingRetryAfterSeconds })
}

/** No replica of the model answers. */
export function noReplicaRefusal(model: ServedModel): Refusal {
  const { length } = model.replicas
  const state = length === 0 ? 'no replica is known' : `none of its ${length} replicas is ready`
  return new Refusal('no_ready_replica', `The model ${model.name} cannot answer now: ${state}.`, { retryAfterSeconds })
}

/** The model answers, and no replica of it that does has loaded the adapter. */
export function noAdapterRefusal(model: ServedModel, adapter: string): Refusal {
  const message = `The adapter ${adapter} cannot answer now: no replica of ${model.name} has loaded it yet.`
  return new Refusal('no_ready_replica', message, { retryAfterSeconds })
}

/** The last try has failed, before the first byte of an answer or after it. */
export function failureRefusal(failure: TryFailure): Refusal {
  if (failure.kind === 'connect') return new Refusal('upstream_connect', 'The engine cannot be reached.')
  if (failure.kind === 'silent') return deadlineRefusal('deadline_ttft')
  if (failure.kind !== 'status') {
    return new Refusal('upstream_died', 'The engine broke off before the answer was complete.')
  }
  const { status, retryAfterMs } = failure
  // What an engine says of its own failures stays in the house.
  const options =
    retryAfterMs === null || retryAfterMs === 0 ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }
  if (status === 429) return new Refusal('rate_limited', 'The engine has as many requests as it takes.', options)
  return new Refusal('upstream_error', `The engine failed with status ${status}.`, options)
}
