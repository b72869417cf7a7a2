import type { Workload, WorkloadRequest } from '../contract.ts'
import type { NextGap } from './arrivals.ts'
import { createBlockIds, PromptBlocks, type NewBlock } from './prompt-blocks.ts'
import type { Draw } from './random.ts'
import type { Amount } from './sessions.ts'

/** Requests that have nothing to do with each other. */
export interface SingleTurnsShape {
  readonly name: string
  readonly blockTokens: number
  readonly requests: number
  readonly promptTokens: Amount
  readonly outputTokens: Amount
  readonly tenant?: string
  readonly priority?: number
  /** Where ids of blocks come from, where others' are not to be the same. */
  readonly newBlock?: NewBlock
}

/** Requests without a prefix in common, as they come by `gap`. */
export function makeSingleTurns(shape: SingleTurnsShape, draw: Draw, gap: NextGap): Workload {
  const { tenant = 'default', priority = 0, newBlock = createBlockIds() } = shape
  let at = 0
  const requests = Array.from({ length: shape.requests }, (): WorkloadRequest => {
    at += gap()
    const prompt = new PromptBlocks(shape.blockTokens, newBlock)
    prompt.extend(Math.max(1, Math.round(shape.promptTokens(draw))))
    return {
      atMs: Math.round(at),
      after: -1,
      promptTokens: prompt.tokens,
      outputTokens: Math.max(1, Math.round(shape.outputTokens(draw))),
      blocks: prompt.ids(),
      session: null,
      tenant,
      priority,
    }
  })
  return { name: shape.name, blockTokens: shape.blockTokens, requests }
}
