import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenText } from './token-text.ts'

/** A tokenizer whose tokens are bytes: every character beyond ASCII is split. */
const bytes = (tokens: readonly number[]) => Buffer.from(tokens).toString('utf8')

describe('TokenText', () => {
  it('never shows half a character', () => {
    const text = new TokenText(bytes, [])
    expect([...Buffer.from('aé🎉b')].map((token) => text.push(token))).toEqual(['a', '', 'é', '', '', '', '🎉', 'b'])
    expect(text.flush()).toBe('')
  })

  it('gives back any text', () => {
    assert(
      property(string({ unit: 'grapheme' }), (whole) => {
        const text = new TokenText(bytes, [])
        const pieces = [...Buffer.from(whole)].map((token) => text.push(token))
        expect(pieces.join('') + text.flush()).toBe(whole)
      }),
    )
  })

  it('does not wait for ever for bytes that are no character', () => {
    const text = new TokenText(bytes, [])
    const pieces = [0xff, 0xff, 0xff, 0xff, 0x61].map((token) => text.push(token))
    expect(pieces.join('')).toBe('\uFFFD\uFFFD\uFFFD\uFFFDa')
  })

  it('drops a character that the length limit cut in two', () => {
    const text = new TokenText(bytes, [])
    expect([0x61, 0xf0, 0x9f].map((token) => text.push(token))).toEqual(['a', '', ''])
    expect(text.flush()).toBe('')
  })

  it('tells the tokenizer what came before, prompt included, for the spaces between words', () => {
    const seen: (readonly number[])[] = []
    const text = new TokenText(
      (tokens, last) => {
        seen.push(last)
        return bytes(tokens)
      },
      [1, 2],
    )
    text.push(0x61)
    text.push(0x62)
    expect(seen).toEqual([
      [1, 2],
      [1, 2, 0x61],
    ])
  })
})
