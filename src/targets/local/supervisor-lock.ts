import { UserError } from '../../errors/index.ts'
import { withLock } from '../../files/index.ts'
import type { Milliseconds } from '../../fleet/index.ts'
import { urlOf } from './ports.ts'
import { readState } from './read-state.ts'
import type { StateFolder } from './state-folder.ts'

/** A supervisor that is about to end may hold the lock a moment longer. */
const patienceMs: Milliseconds = 1_500

/** The Fleet runs already. */
async function runningError(folder: StateFolder, pid: number | undefined): Promise<UserError> {
  const stored = await readState(folder)
  const gateway = stored.kind === 'state' ? stored.state.gateway : null
  const who = pid === undefined ? 'Another process' : `Process ${pid}`
  return new UserError({
    what: `Fleet “${folder.fleet}” is running already`,
    ...(gateway === null ? {} : { where: urlOf(gateway.listen) }),
    why: `${who} runs it${gateway === null ? ' or is starting it' : ''}.`,
    mend: 'Use it as it is, or stop it first. Another Fleet on this machine needs another `name`.',
    command: `fairlead down ${folder.fleet}`,
  })
}

/**
 * Runs `work` as the only supervisor of a Fleet; the lock is held as long as `work` runs, and is free again if we die.
 * @throws UserError when another supervisor runs it.
 */
export async function asOnlySupervisor(
  folder: StateFolder,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const giveUp = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let holder: number | undefined
  let isHeld = false
  try {
    await withLock(
      folder.lockFile,
      AbortSignal.any([signal, giveUp.signal]),
      () => {
        isHeld = true
        clearTimeout(timer)
        return work()
      },
      {
        onWait: (pid) => {
          holder = pid
          timer = setTimeout(() => giveUp.abort(), patienceMs)
        },
      },
    )
  } catch (error) {
    if (isHeld) throw error
    if (giveUp.signal.aborted) throw await runningError(folder, holder)
    if (!signal.aborted) throw error
  } finally {
    clearTimeout(timer)
  }
}
