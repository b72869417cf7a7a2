import { describe, expect, it } from 'vitest'
import { CachedTokens } from './cached-tokens.ts'

function told(tokens: number, pieces: readonly Buffer[]): string {
  const cached = new CachedTokens(tokens)
  const passed = pieces.map((piece) => {
    const lent = Buffer.from(piece)
    const shown = Buffer.from(cached.take(lent) ?? '')
    lent.fill('?')
    return shown
  })
  return Buffer.concat([...passed, cached.rest() ?? Buffer.alloc(0)]).toString()
}

describe('cached tokens of a pair’s answer', () => {
  const text =
    'data: {"usage":{"prompt_tokens":900,"prompt_tokens_details":{"cached_tokens": 896},"x":"é"}}\n\ndata: [DONE]\n\n'

  it('are those of the prefill replica, wherever the answer is cut', () => {
    const bytes = Buffer.from(text)
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(
        told(
          64,
          [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0),
        ),
      ).toBe(text.replace(' 896', '64'))
    }
    expect(
      told(
        64,
        Array.from(bytes, (byte) => Buffer.from([byte])),
      ),
    ).toBe(text.replace(' 896', '64'))
  })

  it('are looked for in usage only: a generated text has its quotes escaped', () => {
    const generated = '{"content":"\\"cached_tokens\\":5","a":{"cached_tokens":null}} "cached_tokens":'
    expect(told(64, [Buffer.from(generated)])).toBe(generated)
  })

  it('keep no event waiting', () => {
    const cached = new CachedTokens(1)
    const event = Buffer.from('data: {"choices":[]}\n\n')
    expect(cached.take(event)).toEqual(event)
    expect(cached.rest()).toBeNull()
  })
})
