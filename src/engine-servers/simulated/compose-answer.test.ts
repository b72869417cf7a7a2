import { describe, expect, it } from 'vitest'
import { composeAnswer, type AnswerRequest } from './compose-answer.ts'
import { tokenize } from '../../engines/index.ts'

const compose = (request: Partial<AnswerRequest> = {}) =>
  composeAnswer({
    promptTokens: tokenize('hi'),
    seed: 0,
    limit: 4000,
    stop: [],
    ignoreEos: false,
    format: { type: 'text' },
    ...request,
  })
const textOf = (request: Partial<AnswerRequest> = {}) => compose(request).texts.join('')

describe('composeAnswer', () => {
  it('depends on the prompt and the seed, and on nothing else', () => {
    expect(textOf()).toBe(textOf())
    expect(textOf({ seed: 1 })).not.toBe(textOf())
    expect(textOf({ promptTokens: tokenize('hello') })).not.toBe(textOf())
  })

  it('is the same text in every version, so that recorded runs stay comparable', () => {
    expect(textOf({ limit: 6 })).toMatchInlineSnapshot(`"Autumn wall garden bear raven spring"`)
  })

  it('ends with a sentence by itself, within 24 to 112 tokens', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const answer = compose({ seed })
      expect(answer.finishReason).toBe('stop')
      expect(answer.texts.at(-1)).toBe('.')
      expect(answer.tokens.length).toBeGreaterThanOrEqual(24)
      expect(answer.tokens.length).toBeLessThanOrEqual(112)
    }
  })

  it('that is cut is the beginning of the one that is not', () => {
    for (const limit of [1, 2, 7, 20]) {
      expect(compose({ limit })).toMatchObject({ finishReason: 'length', tokens: { length: limit } })
      expect(textOf().startsWith(textOf({ limit }))).toBe(true)
    }
    const whole = compose()
    expect(compose({ limit: whole.tokens.length })).toEqual(whole)
  })

  it('goes on to the limit when the end is to be ignored', () => {
    expect(compose({ ignoreEos: true, limit: 1000 })).toMatchObject({
      finishReason: 'length',
      tokens: { length: 1000 },
    })
  })

  it('ends before the first stop string wherever it lies in the tokens', () => {
    const whole = textOf()
    for (let start = 1; start < 40; start += 3) {
      const stop = whole.slice(start, start + 5)
      const answer = compose({ stop: ['never there', stop] })
      expect(answer.texts.join('')).toBe(whole.slice(0, whole.indexOf(stop)))
      expect(answer).toMatchObject({ finishReason: 'stop', stopReason: stop })
      expect(answer.tokens).toHaveLength(answer.texts.length)
    }
  })

  it('follows a JSON schema', () => {
    const schema = { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] }
    expect(textOf({ format: { type: 'json_schema', schema } })).toBe('{"a":false}')
    expect(compose({ format: { type: 'json_schema', schema }, limit: 2 }).finishReason).toBe('length')
  })
})
