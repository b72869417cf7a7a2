import { describe, expect, it } from 'vitest'
import { samplingOptions } from './sampling.ts'

const tokens = { generated: [7], all: () => [1, 7], limit: 100 }

describe('samplingOptions', () => {
  it('takes the likeliest token at temperature 0, without any other sampler', () => {
    const options = samplingOptions({ temperature: 0, topK: 5, topP: 0.5, minP: 0.1, seed: 1 }, tokens)
    expect(options).toMatchObject({ temperature: 0, topK: null, topP: null, minP: 0 })
  })

  it('has the defaults of llama-server', () => {
    expect(samplingOptions({}, tokens)).toMatchObject({ temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 })
  })

  it.each([
    [{ topK: -1 }, { topK: null }],
    [{ topK: 0 }, { topK: null }],
    [{ topP: 1 }, { topP: null }],
    [{ seed: 42 }, { seed: 42 }],
    [{ seed: -1 }, { seed: 2 ** 32 - 2 }],
    // The one seed that llama.cpp would replace by a random one.
    [{ seed: 2 ** 32 - 1 }, { seed: 0 }],
  ])('%j becomes %j', (fields, expected) => {
    expect(samplingOptions(fields, tokens)).toMatchObject(expected)
  })

  it('gives requests without a seed different ones, also within a second', () => {
    const seeds = Array.from({ length: 20 }, () => samplingOptions({}, tokens).seed)
    expect(new Set(seeds).size).toBeGreaterThan(15)
  })

  it('counts the answer for presence and frequency, the prompt as well for repetition, and nothing by default', () => {
    expect(samplingOptions({}, tokens).repeatPenalty).toBeUndefined()
    const presence = samplingOptions({ presencePenalty: 1, frequencyPenalty: 0.5 }, tokens).repeatPenalty
    expect(presence).toMatchObject({ penalty: 1, presencePenalty: 1, frequencyPenalty: 0.5, maxPunishTokens: 100 })
    expect(presence?.punishTokens()).toEqual([7])
    expect(samplingOptions({ repetitionPenalty: 1.2 }, tokens).repeatPenalty?.punishTokens()).toEqual([1, 7])
  })
})
