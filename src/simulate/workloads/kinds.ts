import { gammaGaps, poissonGaps, type RateStep } from './arrivals.ts'
import type { WorkloadKind } from './contract.ts'
import { createBlockIds } from './prompt-blocks.ts'
import { publishedKinds } from './published.ts'
import { createDraw } from './random.ts'
import { makeSessions, recordSessions } from './sessions.ts'
import { makeSharedPrefix } from './shared-prefix.ts'
import { makeSingleTurns } from './single-turns.ts'

/** Tokens of a block: divides the lengths in use well, and is four of vLLM's blocks. */
const blockTokens = 64

/**
 * Sessions that are shaped as the conversation trace of Mooncake (FAST'25): its first prompts, what a turn adds, answers and
 * pauses by mean and standard deviation, sessions a second, and the one block that all prompts begin with. Counted over the
 * 12,031 requests of `conversation_trace.jsonl` at 3b5a59413, a turn belonging to the last request that it shares a block with.
 */
const conversation: WorkloadKind = {
  name: 'conversation',
  summary: 'sessions of long prompts with pauses of minutes between turns, as of a chat service',
  source:
    'lengths, turns, pauses and rate by mean and standard deviation of the Mooncake conversation trace (FAST’25, Apache-2.0)',
  make({ seed, requests = 3000 }) {
    const draw = createDraw(seed)
    return recordSessions(
      {
        name: 'conversation',
        blockTokens,
        requests,
        systemTokens: 512,
        turns: () => draw.geometric(1.63),
        firstTokens: () => draw.logNormal(10_253, 16_094),
        questionTokens: () => draw.logNormal(1449, 4204),
        outputTokens: () => Math.min(2000, draw.logNormal(343, 250)),
        thinkMs: () => draw.logNormal(214_662, 273_669),
        longestPrompt: 126_195,
      },
      draw,
      poissonGaps(draw, 7373 / 3537),
    )
  },
}

/**
 * Conversations as people share them: 3.51 turns, 94.46 ± 626.39 tokens asked and 348.45 ± 269.93 answered (Zhao et al.,
 * “WildChat”, ICLR 2024, table 1, row ShareGPT), log-normal by these moments. Rate and think time are assumptions.
 */
const sharegpt: WorkloadKind = {
  name: 'sharegpt',
  summary: 'short chats of a few turns, half a minute between an answer and the next question, 10 new ones a second',
  source: 'turns and lengths of ShareGPT by WildChat (ICLR 2024), table 1; rate and think time are assumptions',
  make({ seed, requests = 5000 }) {
    const draw = createDraw(seed)
    return makeSessions(
      {
        name: 'sharegpt',
        blockTokens: 16,
        requests,
        systemTokens: 0,
        turns: () => draw.geometric(3.51),
        firstTokens: () => draw.logNormal(94.46, 626.39),
        questionTokens: () => draw.logNormal(94.46, 626.39),
        outputTokens: () => draw.logNormal(348.45, 269.93),
        thinkMs: () => draw.exponential(30_000),
        longestPrompt: 16_384,
      },
      draw,
      poissonGaps(draw, 10),
    )
  },
}

/** Agents: many turns, each soon after the last, over a long prompt that all share. Every figure is an assumption. */
const agents: WorkloadKind = {
  name: 'agents',
  summary: 'sessions of twenty quick turns over a system prompt of 8,000 tokens, one new session every two seconds',
  source: 'assumptions: a long prompt in common, short steps, seconds between them',
  make({ seed, requests = 3000 }) {
    const draw = createDraw(seed)
    return makeSessions(
      {
        name: 'agents',
        blockTokens,
        requests,
        systemTokens: 8000,
        turns: () => draw.geometric(20),
        firstTokens: () => draw.logNormal(2000, 2000),
        questionTokens: () => draw.logNormal(600, 900),
        outputTokens: () => draw.logNormal(200, 200),
        thinkMs: () => draw.exponential(3000),
        longestPrompt: 100_000,
      },
      draw,
      poissonGaps(draw, 0.5),
    )
  },
}

/** The ladder of llm-d's benchmark `guide_precise-prefix-cache-routing_1.yaml.in` (llm-d-benchmark at 8bc9f1d): [requests a second, seconds]. */
const ladder: readonly (readonly [number, number])[] = [
  [3, 20],
  [10, 20],
  [15, 20],
  [20, 38],
  [22, 34],
  [25, 30],
  [30, 25],
  [35, 21],
  [40, 38],
  [43, 36],
  [46, 33],
  [49, 30],
  [52, 29],
  [55, 27],
  [57, 26],
  [60, 25],
]
const ladderSteps: readonly RateStep[] = ladder.map(([perSecond, seconds]) => ({ perSecond, seconds }))

const sharedPrefix: WorkloadKind = {
  name: 'shared-prefix',
  summary:
    '150 groups of 5 users, 6,000 tokens in common in a group, questions of 1,200, answers of 1,000, 3 to 60 requests a second',
  source: 'llm-d’s B2B workload: llm-d-benchmark at 8bc9f1d, guide_precise-prefix-cache-routing_1.yaml.in',
  make({ seed, requests }) {
    const workload = makeSharedPrefix(
      {
        name: 'shared-prefix',
        blockTokens,
        groups: 150,
        usersPerGroup: 5,
        systemTokens: 6000,
        questionTokens: 1200,
        outputTokens: 1000,
        warmUpPerSecond: 15,
        ladder: ladderSteps,
      },
      createDraw(seed),
    )
    return requests === undefined ? workload : { ...workload, requests: workload.requests.slice(0, requests) }
  },
}

/** Single requests of ShareGPT's lengths, by the same source as `sharegpt`. */
function shareGptSingles(name: string, seed: number, requests: number, variation: number) {
  const draw = createDraw(seed)
  return makeSingleTurns(
    {
      name,
      blockTokens: 16,
      requests,
      promptTokens: () => Math.min(16_384, draw.logNormal(94.46, 626.39)),
      outputTokens: () => draw.logNormal(348.45, 269.93),
    },
    draw,
    gammaGaps(draw, 30, variation),
  )
}

const poisson: WorkloadKind = {
  name: 'poisson',
  summary: 'single short questions without a prefix in common, 30 a second, each when it likes',
  source: 'lengths of ShareGPT by WildChat (ICLR 2024), table 1; the rate is an assumption',
  make: ({ seed, requests = 5000 }) => shareGptSingles('poisson', seed, requests, 1),
}

const bursts: WorkloadKind = {
  name: 'bursts',
  summary: 'the same questions in bursts: gamma-distributed gaps that vary three times as much',
  source: 'lengths of ShareGPT by WildChat (ICLR 2024), table 1; rate and variation are assumptions',
  make: ({ seed, requests = 5000 }) => shareGptSingles('bursts', seed, requests, 3),
}

const dayHours = 2

const day: WorkloadKind = {
  name: 'day',
  summary: `the course of a day in ${dayHours} hours: next to nothing at first, the most in the middle, next to nothing again`,
  source: 'assumptions: the rate follows 1 - cos, prompts of 1,500 and answers of 200 tokens on average, log-normal',
  make({ seed, requests = 40_000 }) {
    const draw = createDraw(seed)
    const lengthMs = dayHours * 3_600_000
    const perMs = requests / lengthMs
    let at = 0
    // A Poisson process whose rate changes: its mean passes as time does in one of rate 1 (Lewis and Shedler, 1979).
    const passed = (ms: number) => perMs * (ms - (lengthMs / (2 * Math.PI)) * Math.sin((2 * Math.PI * ms) / lengthMs))
    const gap = () => {
      const ahead = draw.exponential(1)
      const wanted = passed(at) + ahead
      // A day brings as many as are asked for.
      let [low, high] = [at, at + lengthMs * Math.max(1, Math.ceil(ahead / requests))]
      while (high - low > 0.5) {
        const middle = (low + high) / 2
        if (passed(middle) < wanted) low = middle
        else high = middle
      }
      const step = high - at
      at = high
      return step
    }
    const shape = {
      name: 'day',
      blockTokens,
      requests,
      promptTokens: () => draw.logNormal(1500, 1500),
      outputTokens: () => draw.logNormal(200, 150),
    }
    return makeSingleTurns(shape, draw, gap)
  },
}

/** Who asks of `tenants`: requests a second, priority, and how long prompts are. Every figure is an assumption. */
const askers = [
  { tenant: 'one', perSecond: 4, priority: 0, promptTokens: 1500 },
  { tenant: 'two', perSecond: 4, priority: 0, promptTokens: 1500 },
  { tenant: 'greedy', perSecond: 32, priority: 0, promptTokens: 1500 },
  { tenant: 'urgent', perSecond: 2, priority: 10, promptTokens: 1500 },
  { tenant: 'batch', perSecond: 8, priority: -10, promptTokens: 6000 },
] as const

const tenants: WorkloadKind = {
  name: 'tenants',
  summary:
    'five tenants without a prefix in common: two modest, one greedy, one urgent (priority 10), batch work (-10)',
  source: 'assumptions: 50 requests a second, prompts of 1,500 and 6,000 tokens, answers of 200',
  make({ seed, requests = 5000 }) {
    const draw = createDraw(seed)
    const newBlock = createBlockIds()
    const lists = askers.map(({ perSecond, promptTokens, ...who }) =>
      makeSingleTurns(
        {
          name: 'tenants',
          blockTokens,
          requests: Math.ceil((requests * perSecond) / 8),
          promptTokens: () => draw.logNormal(promptTokens, promptTokens),
          outputTokens: () => draw.logNormal(200, 150),
          newBlock,
          ...who,
        },
        draw,
        poissonGaps(draw, perSecond),
      ),
    )
    const sorted = lists.flatMap((list) => list.requests).toSorted((one, other) => one.atMs - other.atMs)
    return { name: 'tenants', blockTokens, requests: sorted.slice(0, requests) }
  },
}

const prefillHeavy: WorkloadKind = {
  name: 'prefill-heavy',
  summary: 'prompts of 5,000 tokens without a prefix in common, answers of 250, 45 a second for two minutes, evenly',
  source: 'llm-d’s workload for prefill/decode: llm-d-benchmark at 8bc9f1d, guide_pd-disaggregation_1.yaml.in',
  make: ({ seed, requests = 5400 }) =>
    makeSingleTurns(
      { name: 'prefill-heavy', blockTokens, requests, promptTokens: () => 5000, outputTokens: () => 250 },
      createDraw(seed),
      () => 1000 / 45,
    ),
}

/** Every synthetic workload; the first is used where none is named. */
export const workloadKinds: readonly WorkloadKind[] = [
  conversation,
  sharegpt,
  agents,
  sharedPrefix,
  poisson,
  bursts,
  day,
  tenants,
  prefillHeavy,
  ...publishedKinds,
]
