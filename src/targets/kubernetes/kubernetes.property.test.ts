import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkArguments, factsFor } from '../../engines/index.ts'
import { loadFleet } from '../../fleet/index.ts'
import { validateObject } from '../../kubernetes/index.ts'
import { anyFleet } from './testing/any-fleet.ts'
import { vllmLines } from './testing/vllm-lines.ts'
import { renderText, type RenderedForTest } from './testing/render.ts'

/** Renders what loads; a Fleet that does not is refused before any target sees it. */
function renderIfSound(fleet: object): RenderedForTest | undefined {
  const text = JSON.stringify(fleet)
  return loadFleet(text, { file: 'f', purpose: 'kubernetes' }).fleet === undefined ? undefined : renderText(text)
}

const identityOf = ({ kind, metadata }: RenderedForTest['objects'][number]) =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`

// proves B3 (real part)
describe('any Fleet', () => {
  it(
    'renders to objects that the schemas take, each of its own name, the same bytes each time, with engine arguments that parsers take',
    { timeout: 240_000 },
    () => {
      let rendered = 0
      fc.assert(
        fc.property(anyFleet, (fleet) => {
          const result = renderIfSound(fleet)
          if (result === undefined) return
          rendered += 1
          const problems = result.objects.flatMap((object) =>
            validateObject({ ...object }).map(({ path, what }) => `${identityOf(object)} ${path} ${what}`),
          )
          expect(problems).toEqual([])
          const names = result.objects.map(identityOf)
          expect(names).toEqual([...new Set(names)])
          expect(renderIfSound(fleet)?.stream).toBe(result.stream)
          for (const argv of vllmLines(result.objects)) {
            expect(checkArguments(factsFor('vllm'), argv).filter(({ kind }) => kind !== 'deprecated')).toEqual([])
          }
        }),
        { numRuns: 80 },
      )
      expect(rendered).toBeGreaterThan(25)
    },
  )
})
