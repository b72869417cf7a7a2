import type { Workload, WorkloadRequest } from '../contract.ts'
import { stepTimes, type RateStep } from './arrivals.ts'
import { createBlockIds, PromptBlocks } from './prompt-blocks.ts'
import type { Draw } from './random.ts'
import { shuffled } from './shuffled.ts'

/** Groups of users, each group with a long prompt in common; every user asks the same question again and again. */
export interface SharedPrefixShape {
  readonly name: string
  readonly blockTokens: number
  readonly groups: number
  readonly usersPerGroup: number
  /** Tokens that a group has in common. */
  readonly systemTokens: number
  readonly questionTokens: number
  readonly outputTokens: number
  /** The rate at which each prompt is asked once beforehand; null for no such round. */
  readonly warmUpPerSecond: number | null
  readonly ladder: readonly RateStep[]
}

interface User {
  readonly group: number
  readonly blocks: readonly number[]
}

function makeUsers(shape: SharedPrefixShape): User[] {
  const newBlock = createBlockIds()
  return Array.from({ length: shape.groups }, (_, group) => {
    const system = new PromptBlocks(shape.blockTokens, newBlock)
    system.extend(shape.systemTokens)
    return Array.from({ length: shape.usersPerGroup }, (): User => {
      const prompt = system.fork()
      prompt.extend(shape.questionTokens)
      return { group, blocks: prompt.ids() }
    })
  }).flat()
}

/**
 * Each prompt once in some order, then prompts drawn anew at every arrival up the ladder. A step begins when everything of
 * the one before has been answered: inference-perf, which llm-d's benchmarks are run with, waits so
 * (kubernetes-sigs/inference-perf, loadgen/load_generator.py, run_stage).
 */
export function makeSharedPrefix(shape: SharedPrefixShape, draw: Draw): Workload {
  const users = makeUsers(shape)
  const ask = ({ group, blocks }: User, atMs: number, stage: number): WorkloadRequest => ({
    atMs: Math.round(atMs),
    after: -1,
    promptTokens: shape.systemTokens + shape.questionTokens,
    outputTokens: shape.outputTokens,
    blocks,
    session: null,
    tenant: `group-${group}`,
    priority: 0,
    stage,
  })
  const warmUp = shape.warmUpPerSecond
  const before =
    warmUp === null ? [] : shuffled(users, draw).map((user, index) => ask(user, (index * 1000) / warmUp, 0))
  const climb = shape.ladder.flatMap((step, place) =>
    stepTimes(draw, step).flatMap((at) => {
      const user = users[draw.below(users.length)]
      return user === undefined ? [] : [ask(user, at, place + 1)]
    }),
  )
  return { name: shape.name, blockTokens: shape.blockTokens, requests: [...before, ...climb] }
}
