import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadFleet } from '../../src/fleet/index.ts'
import { arbitraryFleet } from '../../src/fleet/testing/arbitrary-fleet.ts'
import { brokenFleets } from '../../src/fleet/testing/broken-fleets.ts'
import { repository } from '../harness/world.ts'
import type { ApiObject } from './harness/api-client.ts'
import { installFleetDefinition, removeFleetDefinition } from './harness/fleet-definition.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()
const fleets = '/apis/fairlead.dev/v1alpha1/namespaces/default/fleets'
const ours = 'fairlead.dev/v1alpha1'
const strictly = 'fieldManager=fairlead&fieldValidation=Strict'

type Fields = Readonly<Record<string, unknown>>

/** A Fleet file as the object that a person would apply. */
function asObject(file: Fields): Fields {
  if ('apiVersion' in file || 'kind' in file) return file
  const { name, version: _, ...spec } = file
  return { apiVersion: ours, kind: 'Fleet', metadata: { name }, spec }
}

/** What the API server has against a Fleet that the commands take; undefined when nothing. */
async function refusal(fleet: unknown): Promise<string | undefined> {
  const text = JSON.stringify(fleet)
  const { diagnostics } = loadFleet(text, { file: 'fleet.yaml', purpose: 'kubernetes' })
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined
  const { status, body } = await cluster.client.post(`${fleets}?dryRun=All&${strictly}`, asObject(JSON.parse(text)))
  return status === 201 ? undefined : body.message
}

/** What the API server has against an object, one cause a line and sorted: it tells them in any order. */
function refusalOf({ message = '', details }: ApiObject): string {
  const causes = (details as { readonly causes?: readonly { field?: string; message?: string }[] } | undefined)?.causes
  if (causes === undefined || causes.length < 2) return message
  return causes
    .map((cause) => `${cause.field}: ${cause.message}`)
    .toSorted()
    .join('\n')
}

let conditions: Readonly<Record<string, string>> = {}
beforeAll(async () => {
  if (cluster.kubeconfig !== '') conditions = await installFleetDefinition(cluster.client)
})
afterAll(async () => {
  if (cluster.kubeconfig !== '') await removeFleetDefinition(cluster.client)
})

// proves B10 (real part)
describe('the Fleet as a custom resource of a real API server', () => {
  it('is established, with nothing said against its schema', () => {
    expect(conditions).toMatchObject({ Established: expect.stringMatching(/^True/) })
    expect(conditions).not.toHaveProperty('NonStructuralSchema')
  })

  const files = globSync(join(repository, 'examples', '{presets/,}*.yaml')).sort()
  it.each(files.map((file) => [basename(file), file]))(
    'takes %s and gives it back as it was written',
    async (_, file) => {
      const object = asObject(parse(readFileSync(file, 'utf8')))
      const { name } = object['metadata'] as { name: string }
      const { status, body } = await cluster.client.apply(`${fleets}/${name}?${strictly}`, object)
      expect([status, body.message]).toEqual([201, undefined])
      const stored = await cluster.client.get(`${fleets}/${name}`)
      expect(stored.body['spec']).toEqual(object['spec'])
      await cluster.client.delete(`${fleets}/${name}`)
    },
  )

  it('shows what a person looks for first', async () => {
    const object = asObject({ name: 'columns', models: [{ name: 'tiny', engine: 'simulated' }] })
    await cluster.client.apply(`${fleets}/columns?${strictly}`, object)
    const status = {
      observedGeneration: 1,
      models: 1,
      readyModels: 1,
      address: 'http://columns.default:8080',
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    }
    await cluster.client.merge(`${fleets}/columns/status`, { status })
    const table = await cluster.kubectl('get', 'fleets')
    expect(table).toMatch(/^NAME +MODELS +READY +STATE +GATEWAY +AGE\n/)
    expect(table).toMatch(/\ncolumns +1 +1 +Ready +http:\/\/columns\.default:8080 +\S+\n/)
    // Who writes a Fleet does not write what the controller found, and the other way round.
    await cluster.client.merge(`${fleets}/columns`, { status: { models: 7 } })
    expect((await cluster.client.get(`${fleets}/columns`)).body['status']).toMatchObject({ models: 1 })
    await cluster.client.delete(`${fleets}/columns`)
  })

  it('explains its fields as `fairlead explain` does', async () => {
    expect(await cluster.kubectl('explain', 'fleet.spec.models.replicas')).toContain('Copies that run. Default: 1.')
  })

  it('refuses no Fleet that the commands take', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFleet, async (fleet) => {
        expect(await refusal(fleet)).toBeUndefined()
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    { endpoints: ['tcp://gpu:5557', 'tcp://gpu:5558'], status: 201, says: '"f"' },
    { endpoints: ['tcp://gpu:5557'], status: 422, says: 'has an entry for each of addresses' },
  ])('answers $status to KV events at $endpoints.length places of two pools', async ({ endpoints, status, says }) => {
    const pools = { prefill: { addresses: ['http://gpu:8000'] }, decode: { addresses: ['http://gpu:8001'] } }
    const model = { name: 'm', engine: 'external', ...pools, kvCache: { events: { endpoints } } }
    const object = asObject({ name: 'f', models: [model] })
    const answer = await cluster.client.post(`${fleets}?dryRun=All&${strictly}`, object)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toContain(says)
  })
})

/** Mistakes in Fleets that an API server cannot see, by what would be needed; the controller says them in the conditions. */
const notSeen: Readonly<Record<string, string>> = {
  'a section without content': 'a field that is null counts as absent',
  'an alias that is the name of another model': 'names are told apart over all models, which costs too much',
  'a role of two models': 'names are told apart over all models, which costs too much',
  'a fallback to a model that is not there': 'names are looked up over all models, which costs too much',
  'a right to a priority that is not there': 'priorities are looked up in a map, which costs too much',
  'a right to a priority where there is none': 'priorities are looked up in a map, which costs too much',
  'an address twice': 'addresses are compared without their last slash',
  'secrets by their form, wherever they stand': 'every text of the Fleet is looked at',
  'a secret header among plain ones': 'names in maps are not bounded',
  'one address in two pools': 'addresses are compared without their last slash',
  'a step smaller than the context': 'amounts have units',
  'hosts at addresses that lead nowhere': 'addresses have many forms',
  'a model on a host that is not there, and on one twice': 'hosts are looked up over all models, which costs too much',
}

/** What a text holds; undefined where kubectl would not get as far as the API server. */
function fieldsIn(source: string | Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(JSON.stringify(parse(String(source), { logLevel: 'error' })))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

describe('broken Fleets as objects', () => {
  const parsed = brokenFleets.flatMap(({ title, source, environment }) => {
    const { diagnostics } = loadFleet(source, { file: 'fleet.yaml' })
    const isWrong = diagnostics.some(({ severity }) => severity === 'error')
    const value = isWrong && environment === undefined ? fieldsIn(source) : undefined
    const isElsewhere = value === undefined || 'version' in value || (value['apiVersion'] ?? ours) !== ours
    return isElsewhere ? [] : [{ title, object: asObject(value) }]
  })

  it('are refused with these messages, or left to the controller', async () => {
    const pages: string[] = []
    const taken: string[] = []
    for (const { title, object } of parsed) {
      const { status, body } = await cluster.client.post(`${fleets}?dryRun=All&${strictly}`, object)
      if (status === 201) taken.push(title)
      pages.push(`## ${title}\n\n\`\`\`text\n${status === 201 ? 'taken' : refusalOf(body)}\n\`\`\`\n`)
    }
    await expect(`# Broken Fleets and what an API server says\n\n${pages.join('\n')}`).toMatchFileSnapshot(
      './fleet-definition.broken.md',
    )
    expect(taken).toEqual(Object.keys(notSeen))
  })
})
