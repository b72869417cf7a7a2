import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validateObject } from '../../kubernetes/index.ts'
import { goldenFleets } from './testing/fleets.ts'
import { goldenPath } from './testing/golden.ts'
import { renderText } from './testing/render.ts'

describe.each(Object.entries(goldenFleets))('the Fleet %s', (name, text) => {
  it('renders to what was reviewed; `node src/targets/kubernetes/testing/update-golden.ts` writes it anew', () => {
    expect(renderText(text).stream).toBe(readFileSync(goldenPath(name), 'utf8'))
  })

  it('renders to objects that the API server’s schemas take, and to no error', () => {
    const { objects, notes } = renderText(text)
    expect(objects.flatMap((object) => validateObject({ ...object }))).toEqual([])
    expect(notes.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
