import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenBytes, tokenize, tokenLimit, tokenTexts } from './tokenizer.ts'
import { vocabulary } from './vocabulary.ts'

describe('the simulated tokenizer', () => {
  it('loses nothing, whatever the text', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(tokenTexts(tokenize(text)).join('')).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('takes a known word as one token, as real tokenizers do', () => {
    expect(tokenize('The old river, quiet.')).toHaveLength(6)
  })

  it('never splits a character between two texts, so that a stream is valid UTF-8', () => {
    expect(tokenTexts(tokenize('🎉🎉'))).toEqual(['', '🎉', '🎉'])
  })

  it('gives each token of the vocabulary one id, the same on every machine', () => {
    expect(vocabulary.flatMap((text) => tokenize(text)).filter((id) => id >= vocabulary.length)).toEqual([])
    expect(tokenize('river stone wall')).toEqual(tokenize('river stone wall'))
  })

  it('knows which numbers are no tokens', () => {
    expect([vocabulary.length, 2046, 2048, tokenLimit, 1e12].map(tokenBytes)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
  })
})
