/** How often replicas are probed, and when they count as down. */
export interface HealthSettings {
  readonly interval: number
  readonly timeout: number
  readonly unhealthyAfter: number
}

/** What the gateway believes of a replica. */
export interface HealthState {
  readonly isReady: boolean
  readonly failuresInRow: number
  readonly lastError: string | null
}

/** What happened to it: a probe's outcome, or a request that found no connection. */
export type HealthEvent =
  | { readonly kind: 'probe_succeeded' }
  | { readonly kind: 'probe_failed'; readonly detail: string; readonly isConnected: boolean }
  | { readonly kind: 'connect_failed'; readonly detail: string }

/** Nothing is known yet: no requests until a probe succeeds. */
export const unknownHealth: HealthState = { isReady: false, failuresInRow: 0, lastError: null }

/** Probes of a replica that starts come this quickly, so that nobody waits for the interval. */
const quickMs = 100

/** The belief after an event. */
export function nextHealth(state: HealthState, event: HealthEvent, settings: HealthSettings): HealthState {
  if (event.kind === 'probe_succeeded') return { isReady: true, failuresInRow: 0, lastError: null }
  const failuresInRow = state.failuresInRow + 1
  const isDown = event.kind === 'connect_failed' || failuresInRow >= settings.unhealthyAfter
  return { isReady: state.isReady && !isDown, failuresInRow, lastError: event.detail }
}

/**
 * Milliseconds until the next probe: quick while it starts; with growing steps, up to the interval, while it is down;
 * else the interval.
 */
export function probeDelayMs(state: HealthState, isStarting: boolean, settings: HealthSettings): number {
  if (state.isReady) return settings.interval
  if (isStarting) return Math.min(quickMs, settings.interval)
  return Math.min(settings.interval, quickMs * 2 ** Math.min(state.failuresInRow, 16))
}
