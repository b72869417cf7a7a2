import type { ReplayRequest } from './replay.ts'
import { randomFrom } from '../../engines/index.ts'

/** Requests of two kinds of shapes that services see, made up from a seed. */
export interface WorkloadShape {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly blockTokens: number
  readonly seed: number
}

/**
 * Questions behind system prompts that are shared by many, the first by most (Zipf): assistants, retrieval with fixed
 * documents.
 */
export function sharedPrompts(shape: WorkloadShape, prompts: number, promptBlocks: number, skew = 1): ReplayRequest[] {
  const random = randomFrom(shape.seed)
  const shares = Array.from({ length: prompts }, (_, rank) => (rank + 1) ** -skew)
  const total = shares.reduce((sum, share) => sum + share, 0)
  let nextBlock = prompts * promptBlocks
  let atMs = 0
  return Array.from({ length: shape.requests }, () => {
    atMs += (-Math.log(1 - random()) / shape.requestsPerSecond) * 1_000
    let left = random() * total
    let chosen = 0
    while (chosen < prompts - 1 && (left -= shares[chosen] ?? 0) >= 0) chosen += 1
    const own = 1 + Math.floor(random() * 4)
    const blocks = [
      ...Array.from({ length: promptBlocks }, (_, at) => chosen * promptBlocks + at),
      ...Array.from({ length: own }, () => nextBlock++),
    ]
    const outputTokens = 1 + Math.floor(-Math.log(1 - random()) * 250)
    return { atMs, promptTokens: blocks.length * shape.blockTokens, outputTokens, blocks, session: null }
  })
}

/** Conversations of several turns with time to think between them, each turn on top of all before. */
export function conversations(shape: WorkloadShape, meanTurns: number, thinkMs: number): ReplayRequest[] {
  const random = randomFrom(shape.seed)
  const requests: ReplayRequest[] = []
  let nextBlock = 2
  let startMs = 0
  for (let session = 0; requests.length < shape.requests; session += 1) {
    startMs += (-Math.log(1 - random()) / (shape.requestsPerSecond / meanTurns)) * 1_000
    const blocks = [session % 3 === 0 ? 0 : 1]
    let atMs = startMs
    do {
      const added = 1 + Math.floor(-Math.log(1 - random()) * 6)
      for (let each = 0; each < added; each += 1) blocks.push(nextBlock++)
      const outputTokens = 1 + Math.floor(-Math.log(1 - random()) * 300)
      const promptTokens = blocks.length * shape.blockTokens
      requests.push({ atMs, promptTokens, outputTokens, blocks: [...blocks], session: `session-${session}` })
      atMs += outputTokens * 20 + 1_000 - Math.log(1 - random()) * thinkMs
    } while (random() > 1 / meanTurns)
  }
  return requests.toSorted((one, other) => one.atMs - other.atMs).slice(0, shape.requests)
}
