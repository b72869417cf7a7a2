import type { WorkloadRequest } from '../contract.ts'
import type { WorkloadKind } from './contract.ts'
import { createBlockIds, PromptBlocks, type NewBlock } from './prompt-blocks.ts'
import { createDraw, type Draw } from './random.ts'
import { shuffled } from './shuffled.ts'

const blockTokens = 64

const requestOf = (prompt: PromptBlocks, outputTokens: number, tenant: string): WorkloadRequest => ({
  atMs: 0,
  after: -1,
  promptTokens: prompt.tokens,
  outputTokens,
  blocks: prompt.ids(),
  session: null,
  tenant,
  priority: 0,
})

/** Groups of requests with a prompt in common, in any order, as many under way at once as the clients allow. */
function grouped(name: string, systemTokens: number): WorkloadKind {
  const groups = 256
  const each = 32
  return {
    name,
    summary: `${groups} groups of ${each} requests, ${systemTokens.toLocaleString('en')} tokens in common in a group, questions of 128, answers of 256, 300 under way at once`,
    source:
      'Kthena’s benchmark of score plugins (volcano-sh/kthena, blog of 2025-09-09); lengths of questions and answers are the defaults of its generator, SGLang’s generated-shared-prefix',
    make({ seed, requests = groups * each }) {
      const draw = createDraw(seed)
      const newBlock = createBlockIds()
      const all = Array.from({ length: groups }, (_, group) => {
        const system = new PromptBlocks(blockTokens, newBlock)
        system.extend(systemTokens)
        return Array.from({ length: each }, () => {
          const prompt = system.fork()
          prompt.extend(128)
          return requestOf(prompt, 256, `group-${group}`)
        })
      }).flat()
      return { name, blockTokens, concurrency: 300, requests: shuffled(all, draw).slice(0, requests) }
    },
  }
}

/**
 * KubeAI takes conversations of ShareGPT with 16 messages and more, and asks each of their turns as a prompt of its own:
 * 8,000 prompts of 800 conversations, 832 tokens and 76 generated on average. Ten turns with questions of 89 tokens and
 * answers of 76 have these means; order and spread of lengths are assumptions.
 */
const sharedConversations: WorkloadKind = {
  name: 'shared-conversations',
  summary: '800 conversations of ten turns, each turn a prompt of its own, in any order, 800 under way at once',
  source:
    'means and number of KubeAI’s benchmark (docs/benchmarks/prefix-aware-load-balancing.md); order and spread are assumptions',
  make({ seed, requests = 8000 }) {
    const draw = createDraw(seed)
    const newBlock = createBlockIds()
    const all = Array.from({ length: 800 }, (_, conversation) => {
      const said = new PromptBlocks(16, newBlock)
      return Array.from({ length: 10 }, () => {
        said.extend(Math.max(1, Math.round(draw.logNormal(89, 89))))
        const request = requestOf(said.fork(), Math.max(1, Math.round(draw.logNormal(76, 50))), `chat-${conversation}`)
        said.extend(request.outputTokens)
        return request
      })
    }).flat()
    return {
      name: 'shared-conversations',
      blockTokens: 16,
      concurrency: 800,
      requests: shuffled(all, draw).slice(0, requests),
    }
  },
}

const within = (least: number, most: number, amount: number) => Math.round(Math.min(most, Math.max(least, amount)))

/** A conversation of code generation: prompts that begin long and grow, one turn after the other. */
function codeTurns(draw: Draw, newBlock: NewBlock, tenant: string): WorkloadRequest[] {
  const prompt = new PromptBlocks(blockTokens, newBlock)
  prompt.extend(within(3000, 100_000, draw.logNormal(55_000, 35_000)))
  return Array.from({ length: within(2, 20, 1 + draw.geometric(5)) }, () => {
    prompt.extend(within(100, 10_000, draw.logNormal(1500, 1500)))
    const request = requestOf(prompt.fork(), within(50, 4000, draw.logNormal(800, 800)), tenant)
    prompt.extend(request.outputTokens)
    return request
  })
}

/** Each of sixty clients has one conversation after another, without a pause. */
const codeGeneration: WorkloadKind = {
  name: 'code-generation',
  summary:
    'sixty clients, each with one conversation after another: some 55,000 tokens to begin with, 6 turns, 1,500 tokens and answers of 800 a turn',
  source:
    'llm-d’s code generation (blog of 2026-08-17; inference-perf, workload-catalog/code-generation): means and bounds; spreads are assumptions',
  make({ seed, requests = 1500 }) {
    const draw = createDraw(seed)
    const newBlock = createBlockIds()
    const list: WorkloadRequest[] = []
    /** The place of each client's last request. */
    const last = Array.from({ length: 60 }, () => -1)
    for (let client = 0; list.length < requests; client = (client + 1) % last.length) {
      for (const turn of codeTurns(draw, newBlock, `client-${client}`)) {
        list.push({ ...turn, after: last[client] ?? -1 })
        last[client] = list.length - 1
      }
    }
    return { name: 'code-generation', blockTokens, requests: list.slice(0, requests) }
  },
}

/** Workloads of published comparisons that nothing else needs. */
export const publishedKinds: readonly WorkloadKind[] = [
  grouped('grouped-prefixes', 4096),
  grouped('grouped-short-prefixes', 256),
  sharedConversations,
  codeGeneration,
]
