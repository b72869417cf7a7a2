import type { LocalState, ProcessIdentity } from '../../discovery/index.ts'
import { isAlive } from '../../files/index.ts'
import type { Milliseconds } from '../../fleet/index.ts'
import { signalProcess, untilGone } from './process-signals.ts'
import type { Clock } from './supervisor/clock.ts'

/** A process of ours ends by itself when its supervisor is gone; this long it may take. */
const ownEndMs: Milliseconds = 3_000
/** Between SIGTERM and SIGKILL. */
const graceMs: Milliseconds = 3_000

/** The processes of a Fleet beside its supervisor. */
export function childrenOf(state: LocalState): readonly ProcessIdentity[] {
  return [
    state.gateway?.process,
    ...state.replicas.flatMap(({ process, engineProcess }) => [engineProcess, process]),
  ].filter((identity) => identity !== null && identity !== undefined)
}

/** Ends what a dead supervisor left behind, each by pid and start time; resolves to how many had to be ended. */
export async function reapLeftovers(state: LocalState, clock: Clock): Promise<number> {
  const children = childrenOf(state).filter(isAlive)
  const ended = await Promise.all(
    children.map(async (identity) => {
      if (await untilGone(identity, ownEndMs, clock)) return false
      signalProcess(identity, 'SIGTERM')
      if (!(await untilGone(identity, graceMs, clock))) signalProcess(identity, 'SIGKILL')
      await untilGone(identity, graceMs, clock)
      return true
    }),
  )
  return ended.filter(Boolean).length
}
