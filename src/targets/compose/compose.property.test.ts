import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkArguments, factsFor } from '../../engines/index.ts'
import { loadFleet } from '../../fleet/index.ts'
import { arbitraryFleet } from '../../fleet/testing/arbitrary-fleet.ts'
import { counterexample } from '../../fleet/testing/counterexample.ts'
import { engineServices } from '../rendering/index.ts'
import { makePlan } from '../../plan/index.ts'
import { schemaProblems } from './testing/compose-schema.ts'
import { referenceProblems } from './testing/reference-problems.ts'
import { renderFleet } from './testing/render.ts'

/** A DNS label, as Docker’s DNS and clients of it want a service’s name. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

// proves B6 (real part)
describe('any valid Fleet', () => {
  it(
    'is a project that the Compose specification takes, with names that lead somewhere, twice the same',
    { timeout: 120_000 },
    () => {
      let rendered = 0
      const property = fc.property(arbitraryFleet, (input) => {
        const { fleet } = loadFleet(JSON.stringify(input), { file: 'f', purpose: 'compose' })
        if (fleet === undefined) return
        const project = renderFleet(fleet)
        for (const { text } of project.files.filter(({ path }) => path.endsWith('compose.yaml'))) {
          expect(schemaProblems(text)).toEqual([])
          expect(referenceProblems(text)).toEqual([])
          expect(Object.keys(parse(text).services).filter((name) => !label.test(name))).toEqual([])
        }
        expect(renderFleet(fleet).files).toEqual(project.files)
        rendered += 1
      })
      expect(counterexample(property)).toBeUndefined()
      expect(rendered).toBeGreaterThan(20)
    },
  )

  it('starts its engines by command lines that they take', { timeout: 120_000 }, () => {
    const property = fc.property(arbitraryFleet, (input) => {
      const { fleet } = loadFleet(JSON.stringify(input), { file: 'f', purpose: 'compose' })
      if (fleet === undefined) return
      for (const { model, command } of engineServices(makePlan(fleet, { target: 'compose' }), { version: '1.2.3' })) {
        if (model.engine === 'simulated' || model.engine === 'external') continue
        const facts = factsFor(model.engine)
        expect(checkArguments(facts, command.slice(facts.command.length))).toEqual([])
      }
    })
    expect(counterexample(property)).toBeUndefined()
  })
})
