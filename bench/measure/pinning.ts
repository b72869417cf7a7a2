import { spawnSync } from 'node:child_process'
import type { Machine } from './machine.ts'

/** A command that runs on one core. */
export function onCore(machine: Machine, core: number, command: readonly string[]): string[] {
  return machine.canPin ? ['taskset', '-c', String(core), ...command] : [...command]
}

/** A command in the real-time class, where the machine grants it. */
export function inRealTime(machine: Machine, command: readonly string[]): string[] {
  return machine.canRunRealTime ? ['chrt', '-r', '2', ...command] : [...command]
}

/**
 * Has the mock share the gateway's core, both in the real-time class, while `measure` runs: a request then passes from
 * one to the next without waiting for a halted core, and no other work comes between.
 */
export async function together<Result>(
  machine: Machine,
  { mock, gateway }: { readonly mock: number; readonly gateway: number | undefined },
  measure: () => Promise<Result>,
): Promise<Result> {
  const all = gateway === undefined ? [mock] : [mock, gateway]
  if (machine.canPin) moveTo(mock, machine.gatewayCore)
  if (machine.canRunRealTime) for (const pid of all) run('chrt', '-a', '-r', '-p', '2', String(pid))
  try {
    return await measure()
  } finally {
    if (machine.canRunRealTime) for (const pid of all) run('chrt', '-a', '-o', '-p', '0', String(pid))
    if (machine.canPin) moveTo(mock, machine.loadCore)
  }
}

const moveTo = (pid: number, core: number) => run('taskset', '-a', '-p', '-c', String(core), String(pid))
const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' })
