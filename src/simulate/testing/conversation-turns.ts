import { readFileSync } from 'node:fs'
import { readMooncakeTrace, type Workload } from '../index.ts'

const name = 'conversation-turns.jsonl'
const text = readFileSync(new URL(name, import.meta.url), 'utf8')

/** The trace has ten requests at once every 3 s; as in docs/scheduling.md they come one after another here. */
const apartMs = (line: number): number => (line * 7919) % 3000

/**
 * A slice of the conversation trace: what begins like what, and when it comes. A prompt is its whole blocks and a token
 * behind them, since the simulator knows nothing of parts of blocks.
 * @param timesAsFast how much faster than recorded requests come
 * @param outputTokens of every answer
 */
export function conversationTurns(timesAsFast: number, outputTokens: number): Workload {
  const trace = readMooncakeTrace(text, name)
  const requests = trace.requests.map((request, line) => ({
    ...request,
    atMs: Math.round((request.atMs + apartMs(line)) / timesAsFast),
    promptTokens: request.blocks.length * trace.blockTokens + 1,
    outputTokens,
  }))
  return { ...trace, requests: requests.toSorted((one, other) => one.atMs - other.atMs) }
}
