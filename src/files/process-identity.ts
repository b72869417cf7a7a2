import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that is recognised again: pids are reused, start times tell the users of one apart. */
export interface ProcessIdentity {
  readonly pid: number
  /** As `processStartTime` gives it; compared, never read. */
  readonly startTime: string
}

/**
 * Start time of a living process: clock ticks since boot on Linux (proc_pid_stat(5), field 22), the text of `ps -o lstart=`
 * elsewhere. Undefined when there is no such process, or it is a zombie, which holds nothing any more.
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform === 'linux') return startTimeFromStat(pid)
  if (process.platform === 'win32') return isSignalable(pid) ? 'unknown' : undefined
  try {
    const [state = '', ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/)
    return state.startsWith('Z') || start.length === 0 ? undefined : start.join(' ')
  } catch {
    return undefined
  }
}

/** Whether this very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return processStartTime(identity.pid) === identity.startTime
}

/** The identity of the process that asks. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: processStartTime(process.pid) ?? 'unknown' }
}

function startTimeFromStat(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 2 is the command in parentheses and may itself hold spaces and parentheses; field 3 follows the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
