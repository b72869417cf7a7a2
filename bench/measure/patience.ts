import { readFileSync } from 'node:fs'
import type { Machine } from './machine.ts'

/** Share of a core that others may use when a measure begins. */
const quietShare = 0.2
const lookMs = 200

/** How long a run may take. */
export interface Patience {
  /** Time that may still go into waiting for others to finish. */
  leftMs: number
  /** When rounds beyond the first are left out, on the clock of `performance.now()`. */
  readonly endsAtMs: number
}

/** Waits while other work keeps one of the two cores busy, as long as there is patience left. */
export async function waitForQuiet({ gatewayCore, loadCore }: Machine, patience: Patience): Promise<void> {
  while (patience.leftMs > 0) {
    const before = busyTicks(readFileSync('/proc/stat', 'utf8'))
    await new Promise((resolve) => setTimeout(resolve, lookMs))
    const after = busyTicks(readFileSync('/proc/stat', 'utf8'))
    patience.leftMs -= lookMs
    const share = (core: number) => ((after[core] ?? 0) - (before[core] ?? 0)) / (lookMs / 10)
    if (Math.max(share(gatewayCore), share(loadCore)) < quietShare) return
  }
}

/** For each core, the hundredths of a second that it was not idle (proc(5), /proc/stat). */
export function busyTicks(stat: string): number[] {
  return [...stat.matchAll(/^cpu\d+ (.*)$/gm)].map(([, fields = '']) =>
    fields
      .split(' ')
      .slice(0, 8)
      .reduce((sum, ticks, at) => (at === 3 || at === 4 ? sum : sum + Number(ticks)), 0),
  )
}
