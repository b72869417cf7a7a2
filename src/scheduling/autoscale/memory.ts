import type { PoolLoad, ScalingMemory, ScalingSettings } from './contract.ts'
import { stepPeriodMs } from './pace.ts'

/** What is remembered of a pool of which nothing is known yet. */
export const emptyMemory: ScalingMemory = {
  sinceMs: null,
  lastReadingMs: null,
  asked: [],
  changes: [],
  idleSinceMs: null,
  missed: null,
}

/** Whether a reading is young enough to go by. */
export function isFresh(load: PoolLoad | null, settings: ScalingSettings, nowMs: number): load is PoolLoad {
  return load !== null && nowMs - load.atMs <= settings.staleAfterMs
}

/**
 * The memory with a new reading and what it asks for; after a gap without readings, and where the time of day was set back,
 * windows begin anew.
 */
export function remember(
  memory: ScalingMemory,
  { load, asked, nowMs }: { readonly load: PoolLoad; readonly asked: number; readonly nowMs: number },
  settings: ScalingSettings,
): ScalingMemory {
  const { lastReadingMs } = memory
  const isGap = lastReadingMs === null || nowMs < lastReadingMs || nowMs - lastReadingMs > settings.staleAfterMs
  const windowMs = Math.max(settings.upAfterMs, settings.downAfterMs)
  const stepsMs = Math.max(stepPeriodMs(settings.upAfterMs), stepPeriodMs(settings.downAfterMs))
  const before = isGap ? [] : memory.asked.filter(({ atMs }) => nowMs - atMs <= windowMs)
  const isIdle = load.isComplete && load.waiting === 0 && load.inFlight === 0 && (load.arrivalsPerSecond ?? 0) === 0
  return {
    ...memory,
    sinceMs: isGap ? nowMs : memory.sinceMs,
    lastReadingMs: nowMs,
    asked: [...before, { atMs: nowMs, replicas: asked, arrivalsPerSecond: load.arrivalsPerSecond }],
    changes: memory.changes.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs < stepsMs),
    idleSinceMs: isIdle ? ((isGap ? null : memory.idleSinceMs) ?? nowMs) : null,
  }
}

/** Requests a second over a window, mean; null where that is not known. */
export function meanArrivals({ asked }: ScalingMemory, windowMs: number, nowMs: number): number | null {
  const known = asked.flatMap(({ atMs, arrivalsPerSecond }) =>
    nowMs - atMs <= windowMs && arrivalsPerSecond !== null ? [arrivalsPerSecond] : [],
  )
  return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length
}
