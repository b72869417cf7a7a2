import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameReasoningTwice } from './reasoning-names.ts'

const name = (text: string) => nameReasoningTwice(Buffer.from(text)).toString()

describe('reasoning under both names', () => {
  it.each([
    ['{"a":{"reasoning":"x"}}', '{"a":{"reasoning":"x","reasoning_content":"x"}}'],
    ['{"reasoning_content" :"x"}', '{"reasoning_content" :"x"}'],
    ['{"reasoning_content": "a\\"b\\\\"}', '{"reasoning_content": "a\\"b\\\\","reasoning":"a\\"b\\\\"}'],
    ['{"reasoning":null,"b":"\\"reasoning\\":\\"x\\""}', '{"reasoning":null,"b":"\\"reasoning\\":\\"x\\""}'],
    ['{"reasoning":"x","reasoning_content":"x"}', '{"reasoning":"x","reasoning_content":"x"}'],
    ['{"reasoning":"x","reasoning_content":null}', '{"reasoning":"x","reasoning_content":null}'],
    ['{"reasoning":"cut', '{"reasoning":"cut'],
    [
      'data: {"reasoning":"x"}\n\ndata: {"b":1}\n\n',
      'data: {"reasoning":"x","reasoning_content":"x"}\n\ndata: {"b":1}\n\n',
    ],
  ])('%s', (from, to) => {
    expect(name(from)).toBe(to)
  })

  it('touches nothing else: the answer without the added name is the answer that came', () => {
    const message = fc.record({ content: fc.string({ unit: 'binary' }), reasoning: fc.string({ unit: 'binary' }) })
    fc.assert(
      fc.property(fc.array(message, { minLength: 1 }), fc.constantFrom(0, 1), (messages, indent) => {
        const answer = { choices: messages.map((delta) => ({ delta })), usage: { reasoning_tokens: 3 } }
        const named = JSON.parse(name(JSON.stringify(answer, null, indent))) as typeof answer
        for (const { delta } of named.choices) {
          const { reasoning_content: added, ...rest } = delta as typeof delta & { reasoning_content?: string }
          expect(added).toBe(rest.reasoning)
        }
        expect(
          JSON.parse(JSON.stringify(named, (key, value: unknown) => (key === 'reasoning_content' ? undefined : value))),
        ).toEqual(answer)
      }),
    )
  })
})
