import { describe, expect, it } from 'vitest'
import { decideAdapters } from './decide-adapters.ts'

const at = (path: string) => ({ name: 'bot', path })

describe('what is done about the adapters of a replica', () => {
  it.each([
    ['one that it lacks is loaded', [at('a')], [], [], { has: [], unload: [], load: [at('a')] }],
    ['one that it started with stays', [at('a')], ['bot'], [], { has: ['bot'], unload: [], load: [] }],
    ['one that was loaded stays', [at('a')], ['bot'], [['bot', 'a']], { has: ['bot'], unload: [], load: [] }],
    [
      'one from another place is exchanged',
      [at('b')],
      ['bot'],
      [['bot', 'a']],
      { has: [], unload: ['bot'], load: [at('b')] },
    ],
    ['one that is named no more goes', [], ['bot'], [['bot', 'a']], { has: [], unload: ['bot'], load: [] }],
    ['one that nobody named is somebody else’s', [], ['bot', 'm'], [], { has: [], unload: [], load: [] }],
    ['one that has gone by itself is not unloaded', [], ['m'], [['bot', 'a']], { has: [], unload: [], load: [] }],
  ] as const)('%s', (_what, declared, listed, known, steps) => {
    const { has, unload, load } = decideAdapters(declared, new Set(listed), new Map(known))
    expect({ has: [...has], unload, load }).toEqual(steps)
  })
})
