import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkArguments, factsFor } from '../engines/index.ts'
import { loadFleet } from '../fleet/index.ts'
import { validateObject } from '../kubernetes/index.ts'
import { makePlan } from '../plan/index.ts'
import { findRenderer, isObject, streamOf } from './index.ts'
import { anyFleet } from './kubernetes/testing/any-fleet.ts'
import { vllmLines } from './kubernetes/testing/vllm-lines.ts'

/** What a target makes of a Fleet; undefined for what loads as none, and for what the target refuses with its reason. */
function renderedBy(target: 'kserve' | 'llmd', fields: object) {
  const fleetText = JSON.stringify(fields)
  const { fleet } = loadFleet(fleetText, { file: 'fleet.yaml', purpose: target })
  const renderer = findRenderer(target)
  if (fleet === undefined || renderer === undefined) return undefined
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true }
  const { artifacts, notes } = renderer.render(makePlan(fleet, { target }), options)
  if (notes.some(({ severity }) => severity === 'error')) return undefined
  return { objects: artifacts.filter(isObject).map(({ object }) => object), stream: streamOf(artifacts) }
}

describe.each(['kserve', 'llmd'] as const)('any Fleet on %s', (target) => {
  // proves B6 (real part)
  it(
    'renders to objects that the schemas take, each of its own name, the same bytes each time, with engine arguments that parsers take',
    { timeout: 240_000 },
    () => {
      let count = 0
      fc.assert(
        fc.property(anyFleet, (fields) => {
          const result = renderedBy(target, fields)
          if (result === undefined) return
          count += 1
          const named = result.objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)
          const problems = result.objects.flatMap((object, index) =>
            validateObject({ ...object }).map(({ path, what }) => `${named[index]} ${path} ${what}`),
          )
          expect(problems).toEqual([])
          expect(named).toEqual([...new Set(named)])
          expect(renderedBy(target, fields)?.stream).toBe(result.stream)
          for (const argv of vllmLines(result.objects)) {
            expect(checkArguments(factsFor('vllm'), argv).filter(({ kind }) => kind !== 'deprecated')).toEqual([])
          }
        }),
        { numRuns: 120 },
      )
      expect(count).toBeGreaterThan(8)
    },
  )
})
