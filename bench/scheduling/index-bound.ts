/**
 * What it is worth that the index of prompts knows how much each engine's cache holds: `node bench/scheduling/index-bound.ts
 * TRACE`, a file in the format of the Mooncake traces.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { blocksOf, policyNamed } from '../../src/scheduling/index.ts'
import { readMooncakeTrace } from '../../src/simulate/index.ts'
import { renderTable } from '../report/render-table.ts'
import { engine, simulateUsual } from './usual-setting.ts'

/** Hashes that the gateway has room for at each replica, and tokens of a block of its prompts. */
const roomHashes = 15_625
const tokensPerBlock = 64

const path = process.argv[2]
if (path === undefined) throw new Error('Name a trace: node bench/scheduling/index-bound.ts conversation_trace.jsonl')
const workload = readMooncakeTrace(await readFile(path, 'utf8'), path, basename(path))
/** Hashes are of 64 tokens in a prompt's beginning and of 256 behind: how much room there is depends on its length. */
const meanTokens = workload.requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0) / workload.requests.length
let hashes = 0
while (blocksOf(hashes) * tokensPerBlock < meanTokens) hashes += 1
const roomTokens = Math.round((roomHashes / hashes) * meanTokens)

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const rows: string[][] = []
for (const name of ['default', 'prefix']) {
  const kind = policyNamed(name)
  if (kind === undefined) throw new Error(`there is no policy ${name}`)
  for (const indexTokens of [engine.kvCapacityTokens, roomTokens]) {
    const row = [name, String(indexTokens)]
    for (const rate of [1, 1.61]) {
      const result = simulateUsual(workload, kind, rate, { indexTokens })
      const hits = result.hitTokens / result.oracleHitTokens
      row.push(percent(result.goodput), percent(hits), result.loadSpread.toFixed(2))
    }
    rows.push(row)
  }
}
const columns = ['goodput', 'hits', 'spread']
const busyColumns = columns.map((title) => `${title} at 1.61 ×`)
const titles = ['policy', 'index, tokens', ...columns, ...busyColumns]
process.stdout.write(`${renderTable(titles, rows)}\n`)
