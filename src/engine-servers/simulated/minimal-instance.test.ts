import { describe, expect, it } from 'vitest'
import { minimalInstance } from './minimal-instance.ts'

const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...more,
})

describe('minimalInstance', () => {
  it.each<[string, unknown, unknown]>([
    ['anything', true, null],
    ['anything, as an empty schema', {}, null],
    ['a type', { type: 'boolean' }, false],
    ['the first of several types', { type: ['string', 'null'] }, 'river'],
    ['a constant', { const: { a: [1] } }, { a: [1] }],
    ['the first of an enumeration', { enum: ['red', 'green'] }, 'red'],
    ['the first of choices', { anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
    [
      'all of several',
      { allOf: [object({ a: { type: 'null' } }), object({ b: { type: 'null' } })] },
      { a: null, b: null },
    ],
    [
      'required properties only',
      { ...object({ a: { type: 'integer' } }), properties: { a: { type: 'integer' }, b: {} } },
      { a: 0 },
    ],
    ['a required property without a schema', { type: 'object', required: ['a'] }, { a: null }],
    [
      'a least number of properties',
      { type: 'object', minProperties: 1, additionalProperties: { type: 'null' } },
      { property0: null },
    ],
    ['a list', { type: 'array', items: { type: 'string' } }, []],
    ['a list of a least length', { type: 'array', items: { type: 'boolean' }, minItems: 2 }, [false, false]],
    ['a tuple', { type: 'array', prefixItems: [{ const: 1 }, { const: 'b' }], minItems: 2 }, [1, 'b']],
    ['a least length', { type: 'string', minLength: 8 }, 'river ri'],
    ['a greatest length', { type: 'string', maxLength: 3 }, 'riv'],
    ['a date', { type: 'string', format: 'date' }, '2000-01-01'],
    ['a pattern', { type: 'string', pattern: '^[0-9]{3}$' }, '123'],
    ['a minimum', { type: 'integer', minimum: 3 }, 3],
    ['a minimum that is no integer', { type: 'integer', minimum: 2.5 }, 3],
    ['a maximum below 0', { type: 'integer', maximum: -7 }, -7],
    ['an open minimum', { type: 'integer', exclusiveMinimum: 3 }, 4],
    ['an open interval', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
    ['a multiple', { type: 'integer', minimum: 7, multipleOf: 5 }, 10],
    [
      'a reference',
      { $defs: { x: { const: 7 } }, type: 'object', properties: { a: { $ref: '#/$defs/x' } }, required: ['a'] },
      { a: 7 },
    ],
    [
      'an optional recursion',
      {
        $ref: '#/$defs/node',
        $defs: {
          node: object({ value: { type: 'integer' }, next: { type: 'array', items: { $ref: '#/$defs/node' } } }),
        },
      },
      { value: 0, next: [] },
    ],
  ])('%s', (_, schema, instance) => {
    expect(minimalInstance(schema)).toEqual(instance)
  })

  it.each<[string, unknown, RegExp]>([
    ['nothing', false, /accepts nothing/],
    ['a required recursion', { $ref: '#/$defs/a', $defs: { a: object({ a: { $ref: '#/$defs/a' } }) } }, /too deeply/],
    ['another document', { $ref: 'https://example.com/s' }, /another document/],
    ['a missing definition', { $ref: '#/$defs/b' }, /leads nowhere/],
    ['an empty interval', { type: 'integer', minimum: 3, maximum: 2 }, /no number/],
    ['a pattern beyond it', { type: 'string', pattern: '^q{7}$' }, /pattern/],
    ['a pattern that is none', { type: 'string', pattern: '(' }, /no regular expression/],
    ['a huge list', { type: 'array', minItems: 1e9 }, /larger than 10000/],
  ])('refuses %s, instead of answering with something that does not fit', (_, schema, message) => {
    expect(() => minimalInstance(schema)).toThrow(message)
  })
})
