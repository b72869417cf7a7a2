/** A thread that tells of requests as fast as it can: all numbers of one are the same, and say how long it is. */
import { workerData } from 'node:worker_threads'
import { SentRequests } from '../data-plane/sent-requests.ts'

export interface TellerData {
  readonly memory: SharedArrayBuffer
  readonly rows: number
  readonly row: number
  readonly words: number
  /** One cell: 1 ends it. */
  readonly end: SharedArrayBuffer
}

const { memory, rows, row, words, end } = workerData as TellerData
const sent = new SentRequests(rows, row, memory, words)
const ending = new Int32Array(end)
for (let index = 1; Atomics.load(ending, 0) === 0; index += 1) {
  const count = index % 12
  const hashes = { count, words: new Int32Array(2 * count).fill(index) }
  const session = index % 3 === 0 ? String(index) : null
  const tokens = { promptTokens: index, uncachedTokens: index, outputTokens: index }
  sent.tell({ serial: row, ...tokens, atMs: index, session, hashes })
}
