import { describe, expect, it } from 'vitest'
import type { Workload } from '../contract.ts'
import { gammaGaps, poissonGaps } from './arrivals.ts'
import { workloadKinds } from './kinds.ts'
import { createDraw } from './random.ts'
import { withinContext } from './within-context.ts'

const made = (name: string, requests: number, seed = 1): Workload => {
  const kind = workloadKinds.find((one) => one.name === name)
  if (kind === undefined) throw new Error(`no workload ${name}`)
  return kind.make({ seed, requests })
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const variation = (values: readonly number[]) => {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) / middle
}
const shared = (one: readonly number[], other: readonly number[]) => {
  const end = one.findIndex((id, place) => other[place] !== id)
  return end === -1 ? one.length : end
}

const twentyThousand = (next: () => number) => Array.from({ length: 20_000 }, next)

describe.each(workloadKinds.map(({ name }) => name))('the workload %s', (name) => {
  it('is the same for the same seed, so that a result can be had again', () => {
    expect(made(name, 50, 7)).toEqual(made(name, 50, 7))
  })

  it('has as many requests as asked for, each with an id for every block, waiting only for earlier ones', () => {
    const { requests, blockTokens } = made(name, 300)
    expect(requests).toHaveLength(300)
    for (const [place, { promptTokens, outputTokens, blocks, after, atMs }] of requests.entries()) {
      expect(blocks).toHaveLength(Math.ceil(promptTokens / blockTokens))
      expect(outputTokens).toBeGreaterThanOrEqual(1)
      expect(atMs).toBeGreaterThanOrEqual(0)
      expect(after).toBeLessThan(place)
    }
  })

  it('comes in order, apart from turns that wait for another', () => {
    const times = made(name, 300)
      .requests.filter(({ after }) => after === -1)
      .map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  })
})

describe('a seed', () => {
  const drawn = workloadKinds.map(({ name }) => name).filter((name) => name !== 'prefill-heavy')

  it.each(drawn)('makes another %s than the next seed, so that luck can be told from skill', (name) => {
    expect(made(name, 50, 7)).not.toEqual(made(name, 50, 8))
  })
})

describe('sessions', () => {
  it('say again all that was said before: prompt, answer, and then more', () => {
    const { requests, blockTokens } = made('agents', 200)
    const turns = requests.filter(({ after }) => after !== -1)
    expect(turns.length).toBeGreaterThan(100)
    for (const turn of turns) {
      const before = requests[turn.after]
      if (before === undefined) throw new Error('no turn before')
      expect(turn.session).toBe(before.session)
      expect(turn.promptTokens).toBeGreaterThan(before.promptTokens + before.outputTokens)
      expect(shared(before.blocks, turn.blocks)).toBe(Math.floor(before.promptTokens / blockTokens))
    }
  })

  it('as recorded come in order and wait for nobody, but say again what was said', () => {
    const { requests } = made('conversation', 2000)
    const times = requests.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    const bySession = new Map<string | null, number>()
    const again = requests.filter(({ session, promptTokens, after }) => {
      const before = bySession.get(session)
      bySession.set(session, promptTokens)
      return after === -1 && before !== undefined && promptTokens > before
    })
    // 1.63 turns a session: four in ten requests are not the first, less those after the end.
    expect(again.length / requests.length).toBeGreaterThan(0.2)
  })

  it('have nothing in common but the system prompt', () => {
    const { requests } = made('agents', 200)
    const starts = requests.filter(({ after }) => after === -1)
    const [one, other] = starts
    expect(shared(one?.blocks ?? [], other?.blocks ?? [])).toBe(8000 / 64)
  })

  it('of ShareGPT have the turns, questions and answers that WildChat (ICLR 2024, table 1) counts of it', () => {
    const { requests } = made('sharegpt', 20_000)
    const starts = requests.filter(({ after }) => after === -1)
    const questions = requests.map(({ promptTokens, after }) => {
      const before = requests[after]
      return before === undefined ? promptTokens : promptTokens - before.promptTokens - before.outputTokens
    })
    expect(Math.abs(requests.length / starts.length / 3.51 - 1)).toBeLessThan(0.05)
    // A deviation of seven times the mean: 20,000 draws tell the mean within some 5 %.
    expect(Math.abs(mean(questions) / 94.46 - 1)).toBeLessThan(0.15)
    expect(Math.abs(mean(requests.map(({ outputTokens }) => outputTokens)) / 348.45 - 1)).toBeLessThan(0.03)
  })

  it('of published comparisons have the means that were published', () => {
    const chats = made('shared-conversations', 8000)
    expect(chats.requests).toHaveLength(8000)
    expect(Math.abs(mean(chats.requests.map(({ promptTokens }) => promptTokens)) / 832 - 1)).toBeLessThan(0.05)
    expect(Math.abs(mean(chats.requests.map(({ outputTokens }) => outputTokens)) / 76 - 1)).toBeLessThan(0.05)
    const code = made('code-generation', 1500)
    expect(code.requests.filter(({ after }) => after === -1)).toHaveLength(60)
    // llm-d tells a mean of 70,000 over all turns.
    const prompt = mean(code.requests.map(({ promptTokens }) => promptTokens))
    expect(prompt).toBeGreaterThan(50_000)
    expect(prompt).toBeLessThan(80_000)
  })

  it('are shaped as the trace that they are made after: mean prompt within a third, mean answer within a tenth', () => {
    const { requests } = made('conversation', 4000)
    const prompt = mean(requests.map(({ promptTokens }) => promptTokens))
    const answer = mean(requests.map(({ outputTokens }) => outputTokens))
    expect(Math.abs(prompt / 12_035 - 1)).toBeLessThan(1 / 3)
    expect(Math.abs(answer / 343 - 1)).toBeLessThan(1 / 10)
  })
})

describe('groups with a prompt in common', () => {
  const { requests } = made('shared-prefix', 4000)

  it('ask each of the 750 prompts once before the ladder begins', () => {
    const warmUp = requests.slice(0, 750).map(({ blocks }) => blocks.at(-1))
    expect(new Set(warmUp).size).toBe(750)
  })

  it('share 6,000 tokens inside a group, as far as whole blocks go, and nothing beyond it', () => {
    const [first] = requests
    const others = requests.slice(1, 750)
    const same = others.filter(({ tenant }) => tenant === first?.tenant)
    expect(same).toHaveLength(4)
    for (const { blocks } of same) expect(shared(first?.blocks ?? [], blocks)).toBe(93)
    for (const { blocks } of others.filter(({ tenant }) => tenant !== first?.tenant)) {
      expect(shared(first?.blocks ?? [], blocks)).toBe(0)
    }
  })

  it('are as many requests as the ladder says', () => {
    const all = workloadKinds.find(({ name }) => name === 'shared-prefix')?.make({ seed: 3 }).requests.length ?? 0
    expect(Math.abs(all / 17_045 - 1)).toBeLessThan(0.05)
  })
})

describe('arrivals', () => {
  it('of a day know of no end of it: where few come, some come on the next', () => {
    const times = Array.from({ length: 200 }, (_, seed) => made('day', 1, seed).requests[0]?.atMs ?? 0)
    expect(new Set(times).size).toBe(200)
    expect(times.filter((atMs) => atMs > 7_200_000).length).toBeGreaterThan(40)
  })

  it('of a Poisson process have the rate asked for and vary as their mean', () => {
    const poisson = twentyThousand(poissonGaps(createDraw(1), 50))
    expect(mean(poisson)).toBeCloseTo(20, 0)
    expect(variation(poisson)).toBeCloseTo(1, 1)
  })

  it.each([0.5, 3])('in bursts vary %d times as much at the same rate', (times) => {
    const bursts = twentyThousand(gammaGaps(createDraw(2), 50, times))
    expect(Math.abs(mean(bursts) / 20 - 1)).toBeLessThan(0.08)
    expect(Math.abs(variation(bursts) / times - 1)).toBeLessThan(0.1)
  })
})

describe('draws', () => {
  it('have the moments that they are asked for', () => {
    const draw = createDraw(5)
    expect(Math.abs(mean(twentyThousand(() => draw.logNormal(343, 250))) / 343 - 1)).toBeLessThan(0.03)
    expect(Math.abs(mean(twentyThousand(() => draw.geometric(3.51))) / 3.51 - 1)).toBeLessThan(0.03)
    expect(mean(twentyThousand(() => draw.geometric(1)))).toBe(1)
  })
})

describe('requests that are too long for the engine', () => {
  it('are left out with all turns that would have followed them', () => {
    const workload = made('agents', 200)
    const fitting = withinContext(workload, 12_000)
    expect(fitting.leftOut).toBe(200 - fitting.workload.requests.length)
    expect(fitting.leftOut).toBeGreaterThan(0)
    const { requests } = fitting.workload
    for (const { promptTokens, outputTokens } of requests)
      expect(promptTokens + outputTokens).toBeLessThanOrEqual(12_000)
    for (const { after, session } of requests.filter((request) => request.after !== -1)) {
      expect(requests[after]?.session).toBe(session)
    }
  })
})
