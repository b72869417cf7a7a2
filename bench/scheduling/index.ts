/**
 * Row Q5: hits, spread and goodput of the default policy on a recorded load, beside every policy and a greedy router, and
 * how long the simulation takes. `node bench/scheduling/index.ts TRACE`, a file in the format of the Mooncake traces.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { policyNamed, type PolicyKind } from '../../src/scheduling/index.ts'
import type { ReplayResult } from '../../src/scheduling/testing/replay.ts'
import { readMooncakeTrace, type SimulationResult } from '../../src/simulate/index.ts'
import { renderTable } from '../report/render-table.ts'
import { cacheSizes, replayWith } from './cache-sizes.ts'
import { greedy } from './greedy.ts'
import { compared, engine, rateOfGoodput, replicas, simulateUsual } from './usual-setting.ts'

/** What row Q5 promises, and the bar for the simulator. */
const bars = { hits: 0.97, spread: 1.1, wallSeconds: 10 } as const
/** Round robin's goodput at the rate where goodput is compared. */
const busyGoodput = 0.5

const path = process.argv[2]
if (path === undefined) throw new Error('Name a trace: node bench/scheduling/index.ts conversation_trace.jsonl')
const workload = readMooncakeTrace(await readFile(path, 'utf8'), path, basename(path))

const kindOf = (name: string): PolicyKind => {
  const kind = policyNamed(name)
  if (kind === undefined) throw new Error(`there is no policy ${name}`)
  return kind
}
const ours = [kindOf('default'), kindOf('default-exact')]
const hitsOf = ({ hitTokens, oracleHitTokens }: Pick<SimulationResult, 'hitTokens' | 'oracleHitTokens'>): number =>
  hitTokens / oracleHitTokens
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const verdict = (isHeld: boolean): string => (isHeld ? 'held' : 'NOT HELD')
const say = (text: string): void => void process.stdout.write(`${text}\n\n`)

function simulateAll(rate: number): readonly SimulationResult[] {
  const results = compared.map((policy) => simulateUsual(workload, policy, rate))
  const rows = results.map((result) => [
    result.policy,
    percent(result.goodput),
    percent(hitsOf(result)),
    result.loadSpread.toFixed(2),
    result.wallSeconds.toFixed(2),
  ])
  say(`At ${rate} × the trace:\n${renderTable(['policy', 'goodput', 'hits', 'spread', 'wall, s'], rows)}`)
  return results
}

say(
  `${workload.name}: ${workload.requests.length} requests; ${replicas} × ${engine.title}, ${engine.kvCapacityTokens} tokens of KV cache each`,
)
const asRecorded = simulateAll(1)
const busyRate = rateOfGoodput(workload, kindOf('round-robin'), busyGoodput)
const busy = simulateAll(busyRate)

const judged = [greedy, ...ours]
const hitsAndSpread = (result: ReplayResult): string => `${percent(hitsOf(result))}, ${result.spread.toFixed(2)}`
const bySize = cacheSizes.map((blocks) =>
  [String(blocks)].concat(judged.map((kind) => hitsAndSpread(replayWith(workload, kind, blocks)))),
)
say(
  `Hits and spread by blocks of ${workload.blockTokens} tokens a replica:\n${renderTable(['blocks', ...judged.map(({ name }) => name)], bySize)}`,
)

const ownNames = new Set(ours.map(({ name }) => name))
const published = busy.filter(({ policy }) => !ownNames.has(policy) && policy !== greedy.name)
const best = Math.max(...published.map(({ goodput }) => goodput))
for (const { name } of ours) {
  const recorded = asRecorded.find(({ policy }) => policy === name)
  const pressed = busy.find(({ policy }) => policy === name)
  if (recorded === undefined || pressed === undefined) continue
  const { loadSpread, wallSeconds } = recorded
  say(
    [
      `${name}:`,
      `  hits ${percent(hitsOf(recorded))}, at least ${percent(bars.hits)}: ${verdict(hitsOf(recorded) >= bars.hits)}`,
      `  spread ${loadSpread.toFixed(2)}, at most ${bars.spread}: ${verdict(loadSpread <= bars.spread)}`,
      `  goodput at ${busyRate} × ${percent(pressed.goodput)}, best of the others ${percent(best)}: ${verdict(pressed.goodput >= best)}`,
      `  simulated in ${wallSeconds.toFixed(1)} s, at most ${bars.wallSeconds}: ${verdict(wallSeconds <= bars.wallSeconds)}`,
    ].join('\n'),
  )
}
