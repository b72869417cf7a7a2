import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { readCalibration } from './read-calibration.ts'

const read = (document: unknown) => readCalibration(JSON.stringify(document), 'measured.json', 2048)

describe('readCalibration', () => {
  it('takes stated figures as they are', () => {
    expect(read({ step: { baseMs: 5, msPerToken: 0.1 } })).toEqual({
      baseMs: 5,
      msPerToken: 0.1,
      msPerAttentionPair: 0,
      weightsMs: 0,
      msPerContextToken: 0,
      msPerOutputToken: 0,
      firstTokenMs: 0,
      decodeMs: 0,
      assumptions: ['as stated'],
    })
  })

  it('takes every figure that a step of the engine model has, so that what was fitted to an engine can be simulated', () => {
    const step = {
      baseMs: 1.5,
      msPerToken: 0.1,
      msPerAttentionPair: 1e-5,
      weightsMs: 4,
      msPerContextToken: 1e-3,
      msPerOutputToken: 0.7,
      firstTokenMs: 3,
      decodeMs: 2,
      assumptions: ['fitted to llama.cpp'],
    }
    expect(read({ step })).toEqual(step)
  })

  it('fits latencies, and steps', () => {
    const latencies = [1, 4].flatMap((concurrency) =>
      [100, 1000].map((promptTokens) => ({
        promptTokens,
        outputTokens: 50,
        concurrency,
        ttftMs: 5 + promptTokens * 0.1,
        tpotMs: 5 + 0.1 * (concurrency + ((concurrency - 1) * promptTokens) / 50),
      })),
    )
    const steps = [
      { tokens: 1, ms: 5.1 },
      { tokens: 100, ms: 15 },
    ]
    for (const document of [{ latencies, engine: 'vllm 0.32' }, { steps }]) {
      const { baseMs, msPerToken } = read(document)
      expect(baseMs).toBeCloseTo(5, 3)
      expect(msPerToken).toBeCloseTo(0.1, 4)
    }
  })

  it.each([
    ['{', 'No JSON'],
    ['[]', 'expected object'],
    ['{}', 'one of step, latencies and steps'],
    ['{"step":{"baseMs":1},"steps":[{"tokens":1,"ms":1}]}', 'one of step, latencies and steps'],
    ['{"step":{"baseMs":-1}}', 'baseMs'],
    ['{"step":{"basems":1}}', 'basems'],
    ['{"step":{}}', 'some time'],
    ['{"step":{"baseMs":1e-320}}', 'some time'],
    ['{"steps":[{"tokens":1,"ms":1e-320}]}', 'how long anything took'],
    ['{"latencies":[{"outputTokens":3,"tpotMs":1}]}', 'promptTokens'],
    ['{"latencies":[{"promptTokens":3,"outputTokens":3,"concurrency":2,"ttftMs":1}]}', 'how long anything took'],
    ['{"steps":[{"tokens":1,"ms":null}]}', 'ms'],
  ])('says what is wrong with %s', (text, why) => {
    const wrong = () => readCalibration(text, 'measured.json', 2048)
    expect(wrong).toThrow(UserError)
    expect(wrong).toThrow('measured.json is not a calibration')
    const parts = expect.objectContaining({ where: 'measured.json', why: expect.stringContaining(why) })
    expect(wrong).toThrow(expect.objectContaining({ parts }))
  })
})
