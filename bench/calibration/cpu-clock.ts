import { readdirSync, readFileSync } from 'node:fs'

/**
 * A clock that goes while a process computes (Linux): milliseconds that all its threads were on a processor. Of an engine
 * that computes with one thread it is the time on a machine that nobody else uses, whatever else this one does.
 */
export function cpuClockOf(pid: number): () => number {
  return () => {
    let nanoseconds = 0
    for (const thread of readdirSync(`/proc/${pid}/task`)) nanoseconds += onProcessor(`/proc/${pid}/task/${thread}`)
    return nanoseconds / 1e6
  }
}

/** The first number of `schedstat` (Linux, Documentation/scheduler/sched-stats.rst); 0 for a thread that has just ended. */
function onProcessor(folder: string): number {
  try {
    return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    return 0
  }
}
