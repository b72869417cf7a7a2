import { describe, expect, it } from 'vitest'
import { toGrammarSchema } from './json-schema.ts'

const any = {
  oneOf: [
    { type: ['string', 'number', 'integer', 'boolean', 'null'] },
    { type: 'object', additionalProperties: true },
    { type: 'array' },
  ],
}

describe('toGrammarSchema', () => {
  it.each([
    ['annotations go', { type: 'string', title: 'T', description: 'd', default: 'x' }, { type: 'string' }],
    ['lengths stay', { type: 'string', minLength: 1, maxLength: 3 }, { type: 'string', minLength: 1, maxLength: 3 }],
    ['a known format', { type: 'string', format: 'date' }, { type: 'string', format: 'date' }],
    ['an unknown format is an annotation', { type: 'string', format: 'email' }, { type: 'string' }],
    ['enum', { enum: ['a', 1, null] }, { enum: ['a', 1, null] }],
    ['const', { const: null }, { const: null }],
    ['anyOf', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, { oneOf: [{ type: 'integer' }, { type: 'null' }] }],
    ['several types', { type: ['integer', 'null'] }, { oneOf: [{ type: 'integer' }, { type: 'null' }] }],
    ['anything', {}, any],
    ['a free object', { type: 'object' }, { type: 'object', additionalProperties: true }],
    [
      'an object is closed once its properties are named',
      { type: 'object', properties: { a: { type: 'null' } }, required: ['a'] },
      { type: 'object', properties: { a: { type: 'null' } } },
    ],
    [
      'further properties of a kind',
      { type: 'object', additionalProperties: { type: 'integer' } },
      { type: 'object', additionalProperties: { type: 'integer' } },
    ],
    ['an array', { type: 'array', items: {}, maxItems: 2 }, { type: 'array', maxItems: 2 }],
    [
      'definitions, as pydantic writes them',
      {
        type: 'object',
        properties: { pet: { allOf: [{ $ref: '#/definitions/Pet' }] } },
        definitions: { Pet: { enum: ['cat'] } },
      },
      { type: 'object', properties: { pet: { $ref: '#/$defs/Pet' } }, $defs: { Pet: { enum: ['cat'] } } },
    ],
  ])('%s', (_case, schema, expected) => {
    expect(toGrammarSchema(schema)).toEqual(expected)
  })

  it.each([
    ['a pattern', { type: 'string', pattern: '^a' }, /pattern is not supported here/],
    ['a minimum', { type: 'integer', minimum: 1 }, /minimum is not supported here/],
    ['not', { not: {} }, /not is not supported here/],
    ['a wrong reference', { $ref: '#/$defs/X' }, /does not name an entry/],
    ['two in allOf', { allOf: [{}, {}] }, /allOf with several/],
    ['an unknown type', { type: 'float' }, /no type "float"/],
    ['a list', [], /\[\] is not a schema/],
    ['null', null, /null is not a schema/],
    ['a giant repetition', { type: 'string', maxLength: 1e9 }, /maxLength takes a whole number/],
    ['no choice', { enum: [] }, /enum takes a list that is not empty/],
  ])('refuses %s rather than ignore it', (_case, schema, message) => {
    expect(() => toGrammarSchema(schema)).toThrow(message)
  })

  it('refuses a schema that is nested without end', () => {
    let schema: unknown = { type: 'null' }
    for (let depth = 0; depth < 100; depth++) schema = { type: 'array', items: schema }
    expect(() => toGrammarSchema(schema)).toThrow(/nested too deeply/)
  })
})
