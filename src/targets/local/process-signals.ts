import type { ProcessIdentity } from '../../discovery/index.ts'
import { isAlive } from '../../files/index.ts'
import type { Milliseconds } from '../../fleet/index.ts'
import type { Clock } from './supervisor/clock.ts'

/** Sends a signal to this very process, not to another one that got its pid; false when it is gone. */
export function signalProcess(identity: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, name)
  } catch {
    return false
  }
}

/** Waits until a process is gone; false when it is still there after `timeoutMs`. */
export async function untilGone(identity: ProcessIdentity, timeoutMs: Milliseconds, clock: Clock): Promise<boolean> {
  const deadline = clock.now() + timeoutMs
  while (isAlive(identity)) {
    if (clock.now() >= deadline) return false
    await clock.wait(50)
  }
  return true
}
