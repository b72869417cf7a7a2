import { setTimeout as delay } from 'node:timers/promises'
import type { LifecycleHandler } from '../../../../src/kubernetes/index.ts'
import { ask, type ProbedContainer, type ProbeFailure } from './probe.ts'

/** Runs what a container is to do after its start or before its end, within the time there is. */
export async function runHook(
  handler: LifecycleHandler,
  target: ProbedContainer,
  limitMs: number,
): Promise<ProbeFailure> {
  if (handler.sleep !== undefined) {
    await delay(Math.min(handler.sleep.seconds * 1000, limitMs))
    return undefined
  }
  return ask({ ...handler, timeoutSeconds: limitMs / 1000 }, target)
}
