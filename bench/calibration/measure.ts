/**
 * `node bench/calibration/measure.ts FILE [ROUNDS] [--wall]`: runs every load of the calibration against the real engine, all in turn
 * in each round, and writes to FILE what clients saw, by the engine's processor time: that is what it would take on a core
 * of its own. `--wall` measures by the clock on the wall, for a machine that does nothing else.
 */
import { writeFileSync } from 'node:fs'
import { fitLoads, judgeLoads } from './loads.ts'
import { cpuClockOf } from './cpu-clock.ts'
import { startRealEngine } from './real-engine.ts'
import { runLoad, type Latency } from './run-load.ts'

const isWall = process.argv.includes('--wall')
const [file, rounds = '10'] = process.argv.slice(2).filter((argument) => argument !== '--wall')
if (file === undefined) throw new Error('usage: node bench/calibration/measure.ts FILE [ROUNDS] [--wall]')
const loads = [...fitLoads, ...judgeLoads]
const engine = await startRealEngine()
try {
  const seen = new Map<string, Latency[]>(loads.map(({ name }) => [name, []]))
  const clock = isWall ? () => performance.now() : cpuClockOf(engine.pid)
  for (const load of fitLoads) await runLoad(engine.url, { ...load, perClient: 1 }, clock)
  for (let round = 1; round <= Number(rounds); round += 1) {
    for (const load of loads) seen.get(load.name)?.push(...(await runLoad(engine.url, load, clock)))
    process.stdout.write(`round ${round} of ${rounds}\n`)
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(seen))}\n`)
  }
} finally {
  await engine.stop()
}
