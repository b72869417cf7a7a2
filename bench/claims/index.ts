/**
 * Published comparisons, simulated: `node bench/claims/index.ts [NAME…]`. Writes `measured.json`, from which `npm run generate`
 * makes docs/claims.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { claims } from './claims.ts'
import type { MeasuredClaims, MeasuredRun } from './contract.ts'
import { commandOf, simulateRun } from './simulate-run.ts'

const file = new URL('measured.json', import.meta.url)
const asked = process.argv.slice(2)
const known = claims.map(({ name }) => name)
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`There is no claim ${unknown.join(', ')}; known are ${known.join(', ')}.`)

const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as MeasuredClaims
/** Runs of several claims are simulated once. */
const done = new Map<string, MeasuredRun>()
const measured: Record<string, Record<string, MeasuredRun>> = {}
for (const { name, runs } of claims) {
  if (asked.length > 0 && !asked.includes(name)) {
    if (before[name] !== undefined) measured[name] = { ...before[name] }
    continue
  }
  const results: Record<string, MeasuredRun> = {}
  for (const [title, run] of Object.entries(runs)) {
    const command = commandOf(run)
    process.stdout.write(`${name}, ${title}: ${command}\n`)
    const result = done.get(command) ?? (await simulateRun(run))
    done.set(command, result)
    results[title] = result
  }
  measured[name] = results
  // After each, so that what takes minutes is not lost with what comes after it.
  await writeFile(file, `${JSON.stringify({ ...before, ...measured }, null, 2)}\n`)
}
await writeFile(file, `${JSON.stringify(measured, null, 2)}\n`)
