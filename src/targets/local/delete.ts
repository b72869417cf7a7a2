import { rm } from 'node:fs/promises'
import type { Environment } from '../../files/index.ts'
import type { Milliseconds } from '../../fleet/index.ts'
import { signalProcess, untilGone } from './process-signals.ts'
import { reapLeftovers } from './reap.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf } from './state-folder.ts'
import type { Clock } from './supervisor/clock.ts'

/** The drain of 30 s, 5 s for the gateway and 10 s for engines, where the state does not say. */
const usualStopMs: Milliseconds = 45_000
/** What the supervisor itself needs beyond its budget. */
const marginMs: Milliseconds = 5_000

/** Stops a Fleet from another process; resolves to whether there was anything to stop. */
export async function deleteLocal(fleet: string, environment: Environment, clock: Clock): Promise<boolean> {
  const folder = stateFolderOf(environment, fleet)
  const found = await findSupervisor(folder)
  if (found.kind === 'none') return false
  if (found.kind === 'running') {
    const { supervisor } = found
    signalProcess(supervisor, 'SIGTERM')
    const budgetMs = (found.state?.stopBudgetMs ?? usualStopMs) + marginMs
    if (!(await untilGone(supervisor, budgetMs, clock))) {
      signalProcess(supervisor, 'SIGKILL')
      await untilGone(supervisor, marginMs, clock)
    }
  }
  // An orderly stop leaves nothing; whoever was killed leaves a state, which may be newer than the one read above.
  const after = await findSupervisor(folder)
  if (after.kind === 'running') return true
  if (after.kind === 'left') {
    if (after.state !== undefined) await reapLeftovers(after.state, clock)
    await rm(folder.stateFile, { force: true })
  }
  return true
}
