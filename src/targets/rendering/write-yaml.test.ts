import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { writeYaml } from './write-yaml.ts'

describe('a rendered document', () => {
  it('quotes what an older reader would take for something else', () => {
    const value = { a: 'yes', b: 'off', c: '0777', d: '1e3', e: '12:30:00', f: 'plain', g: 'null', h: '1.0' }
    const text = writeYaml(value)
    for (const [key, word] of Object.entries(value)) {
      expect(text).toContain(key === 'f' ? 'f: plain' : `${key}: "${word}"`)
    }
    expect(parse(text, { version: '1.1' })).toEqual(value)
  })

  it('has comments before the field or the item that they are about', () => {
    const comments = [
      { path: [], text: 'the whole' },
      { path: ['spec', 'replicas'], text: 'why two\nand not three' },
      { path: ['spec', 'args', 1], text: 'why b' },
    ]
    expect(writeYaml({ spec: { replicas: 2, args: ['a', 'b'], gone: undefined } }, comments)).toBe(
      '# the whole\n\nspec:\n  # why two\n  # and not three\n  replicas: 2\n  args:\n    - a\n    # why b\n    - b\n',
    )
  })

  it('repeats what stands in two places, since not every reader knows anchors', () => {
    const shared = { a: 1 }
    expect(writeYaml({ one: shared, other: shared })).not.toMatch(/[&*]/)
  })

  it('keeps long text on one line, and lines of a file as lines', () => {
    expect(writeYaml({ text: 'word '.repeat(60).trim() }).split('\n')).toHaveLength(2)
    expect(writeYaml({ file: 'a: 1\nb: 2\n' })).toBe('file: |\n  a: 1\n  b: 2\n')
  })

  it('refuses a comment on what is not there', () => {
    expect(() => writeYaml({ a: 1 }, [{ path: ['b'], text: 'why' }])).toThrow('a comment on b')
  })
})
