import type { LocalState, ProcessIdentity } from '../../discovery/index.ts'
import { isAlive, processStartTime, withLock } from '../../files/index.ts'
import { readState } from './read-state.ts'
import type { StateFolder } from './state-folder.ts'

/** What is there of a Fleet on this machine. */
export type FoundFleet =
  | { readonly kind: 'none' }
  /** Its supervisor lives; without a state it is just starting, or its state cannot be read. */
  | {
      readonly kind: 'running'
      readonly supervisor: ProcessIdentity
      readonly state: LocalState | undefined
      readonly problem?: string
    }
  /** Its supervisor is gone without having cleaned up. */
  | { readonly kind: 'left'; readonly state: LocalState | undefined; readonly problem?: string }

/** Looks for the supervisor of a Fleet: by its state, else by who holds its lock. */
export async function findSupervisor(folder: StateFolder): Promise<FoundFleet> {
  const stored = await readState(folder)
  if (stored.kind === 'none') return { kind: 'none' }
  if (stored.kind === 'state') {
    const { state } = stored
    return isAlive(state.supervisor)
      ? { kind: 'running', supervisor: state.supervisor, state }
      : { kind: 'left', state }
  }
  const supervisor = await findLockHolder(folder)
  const { problem } = stored
  return supervisor === undefined
    ? { kind: 'left', state: undefined, problem }
    : { kind: 'running', supervisor, state: undefined, problem }
}

/** The process that holds the supervisor's lock now. */
async function findLockHolder(folder: StateFolder): Promise<ProcessIdentity | undefined> {
  const isHeld = new AbortController()
  let holder: number | undefined
  await withLock(folder.lockFile, isHeld.signal, async () => undefined, {
    onWait: (pid) => {
      holder = pid
      isHeld.abort()
    },
  }).catch((error: unknown) => {
    if (!isHeld.signal.aborted) throw error
  })
  const startTime = holder === undefined ? undefined : processStartTime(holder)
  return holder === undefined || startTime === undefined ? undefined : { pid: holder, startTime }
}
