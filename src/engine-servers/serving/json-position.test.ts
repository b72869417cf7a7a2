import { assert, json, nat, property, string, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findJsonErrorPosition } from './json-position.ts'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('findJsonErrorPosition', () => {
  it.each([
    ['', 0],
    ['{"model":"smol","messages":[', 28],
    ['{"a":}', 5],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['{"a":1}}', 7],
    ["{'a':1}", 1],
    ['{"a":tru}', 5],
    ['{"a":01}', 6],
    ['"a\nb"', 2],
    ['"\\x"', 1],
    ['"open', 5],
    ['[1}', 2],
    ['nul', 0],
  ])('tells the author of %j where it breaks', (text, position) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
    expect(findJsonErrorPosition(text)).toBe(position)
  })

  it('says nothing against what comes before the position, and never points outside the text', () => {
    const brokenJson = tuple(json(), nat(), string({ minLength: 1, maxLength: 3 }))
      .map(([text, at, inserted]) => {
        const start = at % (text.length + 1)
        return text.slice(0, start) + inserted + text.slice(start)
      })
      .filter((text) => !isJson(text))
    assert(
      property(brokenJson, (text) => {
        const position = findJsonErrorPosition(text)
        expect(position).toBeLessThanOrEqual(text.length)
        expect(findJsonErrorPosition(text.slice(0, position))).toBe(position)
      }),
      { numRuns: 500 },
    )
  })

  it('reads a deep and a long text without running out of stack', () => {
    expect(findJsonErrorPosition('['.repeat(200_000))).toBe(200_000)
    expect(findJsonErrorPosition(`"${'a\\n'.repeat(500_000)}`)).toBe(1_500_001)
  })
})
