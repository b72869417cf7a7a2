import { spawnSync } from 'node:child_process'
import type { Machine } from './machine.ts'

/** A command that runs on one core. */
export function onCore(machine: Machine, core: number, command: readonly string[]): string[] {
  return machine.canPin ? ['taskset', '-c', String(core), ...command] : [...command]
}

/** The load goes before mock and gateway: who looks at the clock is not kept waiting. */
const priority = { load: '3', others: '2' }

/** A load in the real-time class, where the machine grants it. */
export function inRealTime(machine: Machine, command: readonly string[]): string[] {
  return machine.canRunRealTime ? ['chrt', '-r', priority.load, ...command] : [...command]
}

/** Has processes run in the real-time class while `measure` does, so that no other work comes between. */
export async function undisturbed<Result>(
  machine: Machine,
  processes: readonly number[],
  measure: () => Promise<Result>,
): Promise<Result> {
  if (!machine.canRunRealTime) return measure()
  for (const pid of processes) run('chrt', '-a', '-r', '-p', priority.others, String(pid))
  try {
    return await measure()
  } finally {
    for (const pid of processes) run('chrt', '-a', '-o', '-p', '0', String(pid))
  }
}

/**
 * Has the mock share the gateway's core while `measure` runs: a request then passes from one to the next without waiting
 * for a halted core to wake, which would be most of what is measured.
 */
export async function together<Result>(
  machine: Machine,
  mock: number,
  measure: () => Promise<Result>,
): Promise<Result> {
  if (!machine.canPin) return measure()
  moveTo(mock, machine.gatewayCore)
  try {
    return await measure()
  } finally {
    moveTo(mock, machine.loadCore)
  }
}

const moveTo = (pid: number, core: number) => run('taskset', '-a', '-p', '-c', String(core), String(pid))
const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' })
