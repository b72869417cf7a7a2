import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeMalformed } from './describe-malformed.ts'
import { maxNesting, scannedFields, scanTopLevel, type TopLevelFields } from './scan-top-level.ts'
import { insertEdit, splice } from './splice.ts'

/** Writes JSON with any blanks between its tokens, and any character of a key as an escape. */
function writeJson(value: unknown, blank: () => string, escape: () => boolean): string {
  const write = (part: unknown): string => {
    if (Array.isArray(part)) return `[${blank()}${part.map((item) => blank() + write(item) + blank()).join(',')}]`
    if (part !== null && typeof part === 'object') {
      const fields = Object.entries(part).map(
        ([key, item]) => `${blank()}${writeKey(key)}${blank()}:${blank()}${write(item)}${blank()}`,
      )
      return `{${blank()}${fields.join(',')}}`
    }
    return JSON.stringify(part)
  }
  const writeKey = (key: string) =>
    `"${Array.from({ length: key.length }, (_, index) =>
      escape() ? `\\u${key.charCodeAt(index).toString(16).padStart(4, '0')}` : JSON.stringify(key[index]).slice(1, -1),
    ).join('')}"`
  return blank() + write(value) + blank()
}

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', 'é', '😀'), maxLength: 200 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const key = fc.oneof(fc.constantFrom(...scannedFields, 'messages', 'mode', 'Model', ''), fc.string())
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 8, noNullPrototype: true }),
}))
const layout = fc.record({
  blanks: fc.array(fc.constantFrom('', '', ' ', '\n', '\t', '\r\n', '   '), { minLength: 1, maxLength: 7 }),
  escapes: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
})
const document = fc.tuple(json.object, layout).map(([value, { blanks, escapes }]) => {
  let turn = 0
  const next = <Item>(items: readonly Item[]): Item => items[(turn += 1) % items.length] as Item
  return writeJson(
    value,
    () => next(blanks),
    () => next(escapes),
  )
})

function scanned(text: string): TopLevelFields {
  const fields = scanTopLevel(Buffer.from(text))
  if (typeof fields === 'number') throw new Error(`stopped at ${fields} of ${text}`)
  return fields
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const nested = (depth: number) => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)

describe('the scanner', () => {
  it('finds in any JSON object what JSON.parse finds', () => {
    fc.assert(
      fc.property(document, (text) => {
        const parsed = JSON.parse(text) as Record<string, unknown>
        const fields = scanned(text)
        expect(fields.isEmpty).toBe(Object.keys(parsed).length === 0)
        for (const field of scannedFields) {
          const range = fields.values[field]
          const value: unknown =
            range === undefined ? undefined : JSON.parse(Buffer.from(text).toString('utf8', range.start, range.end))
          expect(value).toEqual(Object.hasOwn(parsed, field) ? parsed[field] : undefined)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('refuses nothing that JSON.parse accepts, and accepts no broken structure', () => {
    const mutation = fc.tuple(
      document,
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', '{', ':', 'x', '1', '\\', ' '),
    )
    fc.assert(
      fc.property(mutation, ([text, seed, piece]) => {
        const at = text.length === 0 ? 0 : seed % text.length
        const mutated = text.slice(0, at) + piece + text.slice(at + 1)
        const isScanned = typeof scanTopLevel(Buffer.from(mutated)) !== 'number'
        // What only JSON.parse refuses is inside a string: an unknown escape, or a control character.
        const harmless = mutated.replace(/\\(u[0-9a-fA-F]{4}|["\\/bfnrt])/g, '').replace(/\\u?/g, '')
        expect(isScanned || !isJson(mutated)).toBe(true)
        expect(!isScanned || isJson(mutated) || /\\/.test(mutated) || isJson(harmless)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ['', 0],
    ['[]', 0],
    ['"model"', 0],
    ['{"model":"a"', 12],
    ['{"model":"a",}', 13],
    ['{"model" "a"}', 9],
    ['{"model":}', 9],
    ['{"model":tru}', 12],
    ['{"model":01}', 10],
    ['{"model":1.}', 11],
    ['{"model":-}', 10],
    ['{"model":1e}', 11],
    ['{"a":[1,]}', 8],
    ['{"a":[1 2]}', 8],
    ['{"a":{"b":1]}', 11],
    ['{"a":"b\nc"}', 7],
    ['{"a":NaN}', 5],
    ['{} x', 3],
    ['\uFEFF{}', 0],
  ])('stops in %j at %i', (text, position) => {
    expect(scanTopLevel(Buffer.from(text))).toBe(position)
  })

  it('sees a field only at the top level, and only as a key', () => {
    const text = '{"a":{"model":"x"},"b":["model",{"model":1}],"c":"\\"model\\":\\"y\\"","model":"z"}'
    const range = scanned(text).values.model
    expect(text.slice(range?.start, range?.end)).toBe('"z"')
  })

  it('reports a repeated field, written plainly or in escapes, since readers differ in which one counts', () => {
    expect(scanned('{"model":"a","model":"b"}').repeated).toBe('model')
    expect(scanned('{"model":"a","mod\\u0065l":"b"}').repeated).toBe('model')
    expect(scanned('{"stream":true,"user":"u","stream":false}').repeated).toBe('stream')
    expect(scanned('{"a":1,"a":2,"model":"x"}').repeated).toBeNull()
  })

  it('bounds nesting instead of the stack', () => {
    expect(typeof scanTopLevel(nested(maxNesting))).toBe('object')
    expect(scanTopLevel(nested(maxNesting + 1))).toBe(5 + maxNesting)
    expect(typeof scanTopLevel(Buffer.from(`{"a":${'['.repeat(1e6)}`))).toBe('number')
  })
})

describe('the message for malformed JSON', () => {
  it.each([
    ['', 'The request has no body; a JSON object is expected.'],
    ['[1]', 'The request body must be a JSON object: found "[" at position 0 (line 1, column 1).'],
    ['{"a":', 'The request body is not valid JSON: it ends at position 5 (line 1, column 6).'],
    [
      '{\n "é": 1,\n "b" nope\n}',
      'The request body is not valid JSON: unexpected "nope" at position 17 (line 3, column 6).',
    ],
  ])('names the place in %j', (text, message) => {
    const body = Buffer.from(text)
    expect(describeMalformed(body, scanTopLevel(body) as number)).toBe(message)
  })
})

describe('splicing', () => {
  it('changes one value or adds one field, and no other byte', () => {
    fc.assert(
      fc.property(document, fc.string(), (text, name) => {
        const body = Buffer.from(text)
        const fields = scanned(text)
        const range = fields.values.model
        const value = JSON.stringify(name)
        const edit = range === undefined ? insertEdit(fields, 'model', value) : { ...range, text: value }
        const spliced = splice(body, [edit])
        expect(JSON.parse(spliced.toString())).toEqual({ ...(JSON.parse(text) as object), model: name })
        const end = body.length - (range?.end ?? fields.insertAt)
        expect(spliced.subarray(0, range?.start ?? fields.insertAt)).toEqual(
          body.subarray(0, range?.start ?? fields.insertAt),
        )
        expect(spliced.subarray(spliced.length - end)).toEqual(body.subarray(body.length - end))
      }),
      { numRuns: 500 },
    )
  })
})
