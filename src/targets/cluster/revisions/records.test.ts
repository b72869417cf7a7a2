import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readInventory, writeInventory, type Inventory } from '../inventory/inventory.ts'
import { readContent, readFacts, writeRevision, type RevisionRecord } from './revision-record.ts'

const record = (objects: RevisionRecord['objects']): RevisionRecord => ({
  fleet: 'lab',
  number: 4,
  target: 'kubernetes',
  appliedAt: '2026-01-01T00:00:00Z',
  version: '1.2.3',
  reason: 'rollout',
  fleetText: 'name: lab\n',
  objects,
})
const configMap = (name: string, text: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { text },
})
/** What a ConfigMap may hold, all in all. */
const limitBytes = 1_048_576

describe('revisions in ConfigMaps', () => {
  it('come back as they were', () => {
    const written = writeRevision(record([configMap('a', 'x')]), 'llm')
    expect(written).toMatchObject([{ immutable: true, metadata: { name: 'lab-revision-4', namespace: 'llm' } }])
    const [only] = written
    expect(only && readFacts(only)).toMatchObject({ number: 4, reason: 'rollout', objectCount: 1, parts: 1 })
    expect(readContent(written)).toEqual({ fleetText: 'name: lab\n', objects: [configMap('a', 'x')] })
  })

  it('are parted where they are too large for one, each part within the limit of a ConfigMap', () => {
    const objects = Array.from({ length: 3 }, (_, index) =>
      configMap(`c${index}`, randomBytes(500_000).toString('hex')),
    )
    const written = writeRevision(record(objects), 'llm')
    expect(written.map(({ metadata }) => metadata.name)).toEqual([
      'lab-revision-4-2',
      'lab-revision-4-1',
      'lab-revision-4',
    ])
    for (const part of written) expect(JSON.stringify(part).length).toBeLessThan(limitBytes)
    expect(readContent(written.toReversed()).objects).toEqual(objects)
  })

  it('are none where they are something else', () => {
    expect(readFacts({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {} })).toBeUndefined()
  })
})

const inventory = (count: number): Inventory => ({
  fleet: 'lab',
  target: 'kubernetes',
  state: 'settled',
  revision: 4,
  since: '2026-01-01T00:00:00Z',
  models: [{ label: 'llama', name: 'org/Llama', engine: 'vllm' }],
  objects: [
    { apiVersion: 'v1', kind: 'Namespace', name: 'llm' },
    ...Array.from({ length: count }, (_, index) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'llm',
      name: `lab-model-number-${index}`,
    })),
  ],
})

describe('the inventory in a ConfigMap', () => {
  it.each([1, 2_000, 40_000])('comes back with %i objects, within the limit of a ConfigMap', (count) => {
    const written = writeInventory(inventory(count), 'llm')
    expect(JSON.stringify(written).length).toBeLessThan(limitBytes)
    expect(readInventory(written, 'lab')).toEqual(inventory(count))
  })
})
