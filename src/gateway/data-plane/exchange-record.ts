import type { Reason } from '../../errors/index.ts'
import type { AccessRecord } from '../../observe/contract.ts'
import type { Attempt } from './attempt.ts'
import type { DataPlane, ExchangeRequest } from './data-plane.ts'
import { ownText } from './own-text.ts'
import { bytesPerToken, type ReplicaHandle } from './replica-handle.ts'
import type { ServedModel } from './served-model.ts'
import type { Usage } from './usage-tail.ts'

/** How an exchange went. */
export interface ExchangeEnd {
  readonly status: number
  readonly reason: Reason | ''
  /** The model that answered, or was asked for; null where none was found. */
  readonly model: ServedModel | null
  readonly replica: ReplicaHandle | null
  /** The try that answered; null where none did. */
  readonly attempt: Attempt | null
  readonly isStream: boolean
  readonly attempts: number
  /** Milliseconds in the queue. */
  readonly waitedMs: number
  /** Milliseconds of `performance.now`; 0 where no byte came. */
  readonly firstByteAt: number
  readonly arrivedAt: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Events of the answer that were seen. */
  readonly events: number
  /** As the engine told it. */
  readonly usage: Usage | undefined
}

/** Counts an exchange and writes its line of the access log. */
export function recordExchange(plane: DataPlane, asked: ExchangeRequest, end: ExchangeEnd): void {
  const { status, reason, model, replica, isStream, firstByteAt, arrivedAt } = end
  const now = performance.now()
  const { request, requestId, path, owner } = asked
  const series = model?.series ?? plane.catalogue.unknown
  const durationMs = now - arrivedAt
  const ttftMs = firstByteAt === 0 ? undefined : firstByteAt - arrivedAt
  const usage = end.usage ?? estimatedUsage(end)
  series.ended(status, reason).add(1)
  series.duration.observe(durationMs / 1000)
  if (isStream && ttftMs !== undefined) series.ttft.observe(ttftMs / 1000)
  if (usage !== undefined) {
    series.inputTokens.add(usage.inputTokens)
    series.outputTokens.add(usage.outputTokens)
    // Events were counted as they came, as an estimate; the difference is made good.
    if (isStream) replica?.tokens.add(usage.outputTokens - end.events, now)
    else replica?.tokens.addOver(usage.outputTokens, durationMs, now)
  }
  if (end.usage !== undefined) model?.learnSizes(end.bytesIn, end.usage)
  if (isStream && reason === '' && end.usage !== undefined) learnSpeed(end, now)
  if (isStream && reason === '' && end.attempt !== null) {
    model?.split?.timed(end.attempt, firstByteAt, now, usage?.outputTokens ?? 0)
  }
  if (reason === '' && end.usage?.cachedTokens !== undefined) {
    const { inputTokens, cachedTokens } = end.usage
    const prediction = end.attempt?.prediction ?? null
    prediction?.by.answered(prediction, { inputTokens, cachedTokens })
  }
  const { attempt, waitedMs } = end
  const sent = attempt?.sent ?? null
  const record: AccessRecord = {
    requestId: ownText(requestId),
    method: request.method,
    path: ownText(path.slice(0, 256)),
    status,
    reason,
    model: model?.name ?? 'unknown',
    replica: replica?.id ?? '',
    client: owner?.name ?? '',
    remoteAddress: request.remoteAddress,
    attempts: end.attempts,
    choice: attempt?.choice ?? undefined,
    policy: attempt?.model.model.routing.policy,
    prefill: attempt?.prefill?.id,
    heldTokens: attempt?.heldTokens ?? undefined,
    promptTokens: sent === null ? undefined : attempt?.promptTokens,
    waitedMs: waitedMs > 0 ? Math.round(waitedMs) : undefined,
    attempt: attempt?.number,
    durationMs: Math.round(durationMs * 1000) / 1000,
    bytesIn: end.bytesIn,
    bytesOut: end.bytesOut,
    ttftMs: ttftMs === undefined ? undefined : Math.round(ttftMs * 1000) / 1000,
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    isUsageEstimated: usage !== undefined && end.usage === undefined,
  }
  plane.accessLog(record)
  plane.recent.keep(record, now)
}

/** A stream that went well shows how fast its replica is. */
function learnSpeed({ model, attempt, firstByteAt, usage }: ExchangeEnd, now: number): void {
  const router = model?.router ?? null
  const sent = attempt?.sent ?? null
  if (model === null || attempt === null || router === null || sent === null || usage === undefined) return
  const { startedAt, replica } = attempt
  const times = { ttftMs: firstByteAt - startedAt, durationMs: now - startedAt }
  router.answered(model.replicas, replica, sent, { ...usage, ...times })
}

/** What a stream cost whose end, where usage stands, was not seen: engines send about one event a token. */
function estimatedUsage({ isStream, events, model, bytesIn }: ExchangeEnd): Usage | undefined {
  if (!isStream || events === 0 || model === null) return undefined
  const inputTokens = model.estimatePromptTokens(bytesIn) || Math.ceil(bytesIn / bytesPerToken)
  return { inputTokens, outputTokens: events }
}
