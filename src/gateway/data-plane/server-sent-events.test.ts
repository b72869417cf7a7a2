import { describe, expect, it } from 'vitest'
import { Refusal } from './refusal.ts'
import { EventReader } from './server-sent-events.ts'

describe('a reader of events', () => {
  it.each([
    ['one line', 'x'.repeat(1000)],
    ['many lines', `data: ${'x'.repeat(1000)}\n`],
  ])('does not hold an event without end for ever, in %s', (_title, text) => {
    const reader = new EventReader()
    const piece = Buffer.from(text)
    const takeAll = (): void => {
      for (let count = 0; count < 5_000; count += 1) reader.take(piece, () => {})
    }
    expect(takeAll).toThrow(Refusal)
  })
})
