import { describe, expect, it } from 'vitest'
import type { PlannedWrite } from '../planning/decision.ts'
import { modelUpdates } from './update-models.ts'

const write = (name: string, model: string | undefined, replacesPods = true): PlannedWrite => ({
  object: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...(model === undefined ? {} : { labels: { 'fairlead.dev/model': model } }) },
  },
  verb: 'change',
  takesOver: false,
  ...(replacesPods ? { replacesPods } : {}),
})
const told = (writes: readonly PlannedWrite[]) =>
  modelUpdates(writes).map(({ model, writes: own }) => [model, own.map(({ object }) => object.metadata.name)])

// proves B7 (real part)
describe('what is updated model after model', () => {
  it('are models whose pods are replaced, each with all of its workloads, in the order of the Fleet', () => {
    const writes = [
      write('gateway', undefined),
      write('b-prefill', 'b'),
      write('a', 'a'),
      write('b-decode', 'b'),
      write('only-more-replicas', 'c', false),
    ]
    expect(told(writes)).toEqual([
      ['b', ['b-prefill', 'b-decode']],
      ['a', ['a']],
    ])
  })

  it('is nothing where one model changes, since it needs no turn', () => {
    expect(told([write('a', 'a'), write('gateway', undefined)])).toEqual([])
  })
})
