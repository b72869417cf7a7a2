import { expect, it } from 'vitest'
import { decisionText } from './decision.ts'

it('a decision is a dictionary of RFC 8941, whatever names have in them', () => {
  expect(decisionText({ replica: 'a"b\\cé\n', policy: 'auto', held: 0, waited: 3, attempt: 2 })).toBe(
    'replica="a\\"b\\\\c%C3%A9%0A", policy="auto", held=0, waited=3, attempt=2',
  )
})
