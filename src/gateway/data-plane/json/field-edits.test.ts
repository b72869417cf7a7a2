import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldEdits, type FieldValues } from './field-edits.ts'
import { splice } from './splice.ts'
import { topLevelMembers, valueText } from './top-level-members.ts'

const names = ['a', 'b', 'stream', 'max_tokens', 'kv_transfer_params', 'é"']
const document = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { noNullPrototype: true })
const changes = fc.dictionary(fc.constantFrom(...names), fc.option(fc.jsonValue()), { noNullPrototype: true })

function edited(text: string, values: FieldValues): string {
  const body = Buffer.from(text)
  const members = topLevelMembers(body)
  if (members === null) throw new Error(`no object: ${text}`)
  return splice(body, fieldEdits(members, values)).toString()
}

describe('fields of a body', () => {
  it('are set and taken away in any object, and no other field changes', () => {
    fc.assert(
      fc.property(document, changes, fc.constantFrom(undefined, 1, '\t'), (before, change, indent) => {
        const values = Object.fromEntries(
          Object.entries(change).map(([name, value]) => [name, value === null ? null : JSON.stringify(value)]),
        )
        const expected: Record<string, unknown> = { ...before }
        for (const [name, value] of Object.entries(values)) {
          if (value === null) delete expected[name]
          else expected[name] = JSON.parse(value)
        }
        const text = edited(JSON.stringify(before, null, indent), values)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(expected)))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['{}', { a: '1', b: null }, '{"a":1}'],
    ['{"a":1}', { a: null }, '{}'],
    ['{ "a" : 1 , "b" : 2.50 }', { a: null }, '{ "b" : 2.50 }'],
    ['{ "a" : 1 , "b" : 2.50 }', { b: null }, '{ "a" : 1 }'],
    ['{"b":2,"a":1,"c":3}', { a: null, c: null }, '{"b":2}'],
    ['{"a":1,"c":3}', { a: null, c: null, b: '[]' }, '{"b":[]}'],
    ['{"a":1,"b":2,"a":3}', { a: '9' }, '{"b":2,"a":9}'],
    [
      '{"constructor":1,"a":1,"constructor":2,"__proto__":3}',
      { a: '2' },
      '{"constructor":1,"a":2,"constructor":2,"__proto__":3}',
    ],
    ['{"\\u0061":1,"b":2}', { a: null }, '{"b":2}'],
    ['{"seed":12345678901234567890,"a":1}', { a: '2' }, '{"seed":12345678901234567890,"a":2}'],
  ])('in %s', (before, values, after) => {
    expect(edited(before, values)).toBe(after)
  })

  it('are read as they stand, the last of two', () => {
    const body = Buffer.from('{"a":1,"k":{ "x" : [1.0, 2e3] },"a": 2 }')
    const members = topLevelMembers(body)
    if (members === null) throw new Error('no object')
    expect([valueText(body, members, 'k'), valueText(body, members, 'a'), valueText(body, members, 'z')]).toEqual([
      '{ "x" : [1.0, 2e3] }',
      '2',
      undefined,
    ])
  })

  it.each(['', '[]', '{"a":1', '{"a":1}}', '{"a":1,}', '{"a"}', '{,}'])('are not found in %j', (text) => {
    expect(topLevelMembers(Buffer.from(text))).toBeNull()
  })
})
