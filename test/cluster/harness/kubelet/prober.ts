import { setTimeout as delay } from 'node:timers/promises'
import type { Probe } from '../../../../src/kubernetes/index.ts'
import type { ProbeFailure } from './probe.ts'

/**
 * A kubelet asks for the first time at some moment within the first period, whichever comes. Here it is this moment at the
 * latest: late enough for a process to have started, so that slow periods do not slow every test.
 */
const firstAskWithinMs = 2_500

/** How a probe is repeated, and who hears of it. */
export interface Repetition {
  readonly signal: AbortSignal
  /** Whether it is asked without waiting for the first period, as readiness is after a startup probe. */
  readonly isAtOnce?: boolean
  onFailure(failure: string): void
  /** As many answers in a row as the thresholds say were of one kind. */
  onVerdict(passes: boolean): void
}

/** Asks a container again and again until the signal fires. */
export async function probeRepeatedly(
  probe: Probe,
  ask: () => Promise<ProbeFailure>,
  { signal, isAtOnce = false, onFailure, onVerdict }: Repetition,
): Promise<void> {
  const periodMs = (probe.periodSeconds ?? 10) * 1000
  const initialMs = (probe.initialDelaySeconds ?? 0) * 1000
  const first = isAtOnce ? initialMs : Math.max(initialMs, Math.min(periodMs, firstAskWithinMs))
  let passed = 0
  let failed = 0
  for (let wait = first; ; wait = periodMs) {
    await delay(wait, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    const failure = await ask().catch((error: Error) => error.message)
    if (signal.aborted) return
    passed = failure === undefined ? passed + 1 : 0
    failed = failure === undefined ? 0 : failed + 1
    if (failure !== undefined) onFailure(failure)
    if (passed >= (probe.successThreshold ?? 1)) onVerdict(true)
    if (failed >= (probe.failureThreshold ?? 3)) onVerdict(false)
  }
}
