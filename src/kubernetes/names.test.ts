import { assert, property, string, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distinctLabels, dnsLabel } from './index.ts'

const isLabel = (text: string) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)

describe('names of objects', () => {
  it.each([
    ['smollm2', 'smollm2'],
    ['meta-llama/Llama-3.1-8B', 'meta-llama-llama-3-1-8b'],
    ['--x--', 'x'],
  ])('say %s as %s', (text, label) => expect(dnsLabel(text)).toBe(label))

  it('are told apart where a long one is cut', () => {
    const [one, other] = [dnsLabel(`${'a'.repeat(80)}b`), dnsLabel(`${'a'.repeat(80)}c`)]
    expect(one).toHaveLength(63)
    expect(one).not.toBe(other)
  })

  it('are told apart where two models are spelt alike, and the one that is spelt so keeps its name', () => {
    const labels = distinctLabels(['a-b', 'a.b', 'c'])
    expect(labels.get('a-b')).toBe('a-b')
    expect(labels.get('a.b')).toMatch(/^a-b-[0-9a-f]{6}$/)
    expect(labels.get('c')).toBe('c')
  })

  it('are labels that an API server takes, one for each text, whatever the texts and their order', () => {
    assert(
      property(uniqueArray(string({ minLength: 1, maxLength: 90 }), { maxLength: 20 }), (texts) => {
        const labels = distinctLabels(texts, 40)
        for (const label of labels.values()) expect(isLabel(label) && label.length <= 40).toBe(true)
        expect(new Set(labels.values()).size).toBe(texts.length)
        expect(distinctLabels(texts.toReversed(), 40)).toEqual(new Map([...labels].toReversed()))
      }),
    )
  })
})
