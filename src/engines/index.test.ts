import { describe, expect, it } from 'vitest'
import { engineNames } from '../fleet/index.ts'
import { engineFor, engines } from './index.ts'

describe('engineFor', () => {
  it.each(engines.map(({ name }) => name))('finds %s', (name) => {
    expect(engineFor(name).name).toBe(name)
  })

  it.each(engineNames.filter((name) => engines.every((engine) => engine.name !== name)))(
    'says that %s does not run yet, and what does',
    (name) => {
      expect(() => engineFor(name)).toThrow(`Engine ${name} does not run on target local yet.`)
    },
  )
})
