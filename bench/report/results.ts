import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JudgedBar } from '../judge/bars.ts'
import { comparableFigures, type KeptResult } from '../judge/compare.ts'
import { foreignShare, isQuiet, type Result } from '../judge/summarise.ts'
import type { Machine } from '../measure/machine.ts'
import { targetNames } from '../targets/contract.ts'

const folder = join(import.meta.dirname, '..', 'results')
const historyFile = join(folder, 'history.jsonl')
const latestFile = join(folder, 'latest.json')

/** Results of machines with the same name are compared. */
const nameOf = ({ cpu, cores, kernel }: Machine) => `${cpu}, ${cores} cores, Linux ${kernel}`

const short = (value: number) => Number(value.toPrecision(3))

/** What is kept of a result; three digits tell all there is. */
export function keptOf(result: Result, bars: readonly JudgedBar[]): KeptResult {
  const figures = [...comparableFigures(result)].map(
    ([name, { median, low, high }]) => [name, [short(median), short(low), short(high)]] as const,
  )
  return {
    date: result.date,
    mode: result.mode,
    version: result.versions[targetNames.fairlead] ?? '',
    machine: nameOf(result.machine),
    figures: Object.fromEntries(figures),
    bars: { held: bars.filter(({ isHeld }) => isHeld).length, of: bars.length },
    faults: result.faults.length,
    foreign: short(foreignShare(result)),
  }
}

/** The last row of a history that was measured in the same mode on the same machine, undisturbed. */
export function lastOf(history: string, wanted: Pick<KeptResult, 'mode' | 'machine'>): KeptResult | undefined {
  const rows = history
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KeptResult)
  return rows.findLast(
    ({ mode, machine, foreign }) => mode === wanted.mode && machine === wanted.machine && isQuiet(foreign),
  )
}

/** The last kept result that can be compared with one from here. */
export function lastResult(mode: KeptResult['mode'], machine: Machine): KeptResult | undefined {
  if (!existsSync(historyFile)) return undefined
  return lastOf(readFileSync(historyFile, 'utf8'), { mode, machine: nameOf(machine) })
}

/** Writes all of it to latest.json, and, of a run of all scenarios, a line to history.jsonl. */
export function keepResults(result: Result, bars: readonly JudgedBar[], { isPartial }: { isPartial: boolean }): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(latestFile, `${JSON.stringify({ ...result, bars }, null, 1)}\n`)
  if (!isPartial) appendFileSync(historyFile, `${JSON.stringify(keptOf(result, bars))}\n`)
}
