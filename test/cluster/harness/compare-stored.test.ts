import { describe, expect, it } from 'vitest'
import { alteredFields } from './compare-stored.ts'

describe('alteredFields', () => {
  it.each([
    ['a default beside it', { a: 1 }, { a: 1, b: 2 }],
    [
      'another form of the same amount',
      { cpu: '1000m', memory: '1024Mi', gpu: 1 },
      { cpu: '1', memory: '1Gi', gpu: '1' },
    ],
    ['an empty value that is left out', { a: {}, b: false, c: [] }, {}],
    ['what is undefined', { a: undefined }, {}],
  ])('does not count %s', (_, sent, stored) => {
    expect(alteredFields(sent, stored)).toEqual([])
  })

  it.each([
    ['a field that was dropped', { spec: { a: 1 } }, { spec: {} }, 'spec.a'],
    ['a value that was changed', { a: [{ b: 'x' }] }, { a: [{ b: 'y' }] }, 'a[0].b'],
    ['an item that was added', { a: [1] }, { a: [1, 2] }, 'a'],
    ['another amount', { a: '1Gi' }, { a: '1G' }, 'a'],
  ])('tells of %s', (_, sent, stored, path) => {
    expect(alteredFields(sent, stored).map((field) => field.path)).toEqual([path])
  })
})
