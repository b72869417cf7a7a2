import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadFleet } from './index.ts'

const folder = join(import.meta.dirname, '../../examples')
const examples = globSync('*.yaml', { cwd: folder }).sort()

describe('examples', () => {
  it('are there', () => {
    expect(examples).toEqual(expect.arrayContaining(['external.yaml', 'keys.yaml', 'laptop.yaml', 'simulated.yaml']))
  })

  it.each(examples)('%s loads without a word, since people begin by copying it', (name) => {
    const { fleet, diagnostics } = loadFleet(readFileSync(join(folder, name)), { file: name })
    expect(diagnostics).toEqual([])
    expect(fleet?.name).toBe(name.replace('.yaml', ''))
  })
})
