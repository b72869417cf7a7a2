import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../errors/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import { fleetSchema } from '../fleet/index.ts'
import {
  baseUrl,
  combineSources,
  createLocalStateSource,
  createStaticSource,
  parseBaseUrl,
  type LocalState,
} from './index.ts'

const state = (replicas: readonly Partial<LocalState['replicas'][number]>[]): string =>
  JSON.stringify({
    version: 1,
    fleet: 'laptop',
    fleetFile: '/tmp/laptop.yaml',
    supervisor: { pid: 1, startTime: '1' },
    startedAt: '2026-01-01T00:00:00Z',
    gateway: null,
    replicas: replicas.map((replica) => ({
      id: 'm-0',
      model: 'm',
      engine: 'simulated',
      host: '127.0.0.1',
      port: 9000,
      state: 'ready',
      process: null,
      engineProcess: null,
      starts: 1,
      since: '2026-01-01T00:00:00Z',
      lastError: null,
      ...replica,
    })),
  })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-discovery-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000 })
const externalFleet = (port: number) =>
  fleetSchema.parse({ name: 'f', models: [{ name: 'a', engine: 'external', addresses: [`http://h:${port}`] }] })
const problemOf = (text: string): unknown => {
  try {
    return parseBaseUrl(text, 'models[0].addresses[0]')
  } catch (error) {
    return error
  }
}

describe('base URLs', () => {
  it.each([
    ['http://127.0.0.1:9000', { protocol: 'http', host: '127.0.0.1', port: 9000, basePath: '' }],
    ['http://gpu-1/', { protocol: 'http', host: 'gpu-1', port: 80, basePath: '' }],
    [
      'https://api.example.com/inference/',
      { protocol: 'https', host: 'api.example.com', port: 443, basePath: '/inference' },
    ],
    ['http://[::1]:8000', { protocol: 'http', host: '::1', port: 8000, basePath: '' }],
  ])('reads %s', (text, address) => {
    expect(parseBaseUrl(text, 'x')).toEqual(address)
    expect(parseBaseUrl(baseUrl(parseBaseUrl(text, 'x')), 'x')).toEqual(address)
  })

  it.each([
    ['127.0.0.1:9000', 'is not a URL'],
    ['ftp://host', 'Its scheme is "ftp"'],
    ['http://host:9000/v1', 'ends with /v1'],
    ['http://user:secret@host', 'name or password'],
    ['http://host/?key=1', 'query'],
  ])('refuses %s', (text, why) => {
    const problem = problemOf(text)
    expect(problem).toBeInstanceOf(UserError)
    expect((problem as UserError).parts.why).toContain(why)
  })
})

describe('the static source', () => {
  it('has one replica for each address of external models', () => {
    const fleet = fleetSchema.parse({
      name: 'f',
      models: [
        { name: 'a', engine: 'external', addresses: ['http://one:1', 'http://two:2/base'] },
        { name: 'b', engine: 'simulated' },
        {
          name: 'c',
          engine: 'external',
          prefill: { addresses: ['http://three:3'] },
          decode: { addresses: ['http://four:4'] },
        },
      ],
    })
    expect(createStaticSource(fleet).snapshot()).toMatchObject([
      { id: 'a-0', model: 'a', phase: 'serving', address: { host: 'one', port: 1 } },
      { id: 'a-1', model: 'a', phase: 'serving', role: 'both', address: { host: 'two', port: 2, basePath: '/base' } },
      { id: 'c-prefill-0', model: 'c', role: 'prefill', address: { host: 'three' } },
      { id: 'c-decode-0', model: 'c', role: 'decode', address: { host: 'four' } },
    ])
  })

  it('has KV events where the Fleet says, for the model’s own addresses, then for those that prefill and decode', () => {
    const places = ['tcp://a:1', 'tcp://b:2', 'tcp://c:3']
    const model = {
      name: 'm',
      engine: 'external',
      addresses: ['http://a:1'],
      prefill: { addresses: ['http://b:1'] },
      decode: { addresses: ['http://c:1'] },
      kvCache: { events: { endpoints: places } },
    }
    const replicas = createStaticSource(fleetSchema.parse({ name: 'f', models: [model] })).snapshot()
    expect(replicas.map(({ role, kvEvents }) => [role, kvEvents?.endpoint])).toEqual([
      ['both', 'tcp://a:1'],
      ['prefill', 'tcp://b:2'],
      ['decode', 'tcp://c:3'],
    ])
  })
})

describe('the local state source', () => {
  it('starts empty without a file, then follows atomic writes and tells listeners of changes', async () => {
    const path = join(folder, 'state.json')
    const source = createLocalStateSource({ path })
    await source.start()
    expect(source.snapshot()).toEqual([])
    let changes = 0
    source.subscribe(() => (changes += 1))
    await writeFileAtomic(path, state([{ state: 'starting', starts: 1 }]))
    await until(() => source.snapshot().length === 1)
    expect(source.snapshot()[0]).toMatchObject({ id: 'm-0', phase: 'starting', generation: 1 })
    await writeFileAtomic(path, state([{ state: 'ready', starts: 2 }]))
    await until(() => source.snapshot()[0]?.generation === 2)
    expect(source.snapshot()[0]?.phase).toBe('serving')
    expect(changes).toBe(2)
    await source.close()
  })

  it('keeps the last good list when the file is cut, broken or gone, and says so once', async () => {
    const path = join(folder, 'state.json')
    await writeFile(path, state([{}]))
    const errors: string[] = []
    const source = createLocalStateSource({ path, onError: (message) => errors.push(message) })
    await source.start()
    await writeFileAtomic(path, state([{}]).slice(0, 40))
    await until(() => errors.length === 1)
    await rm(path)
    await until(() => errors.length === 2)
    expect(source.snapshot()).toHaveLength(1)
    await writeFileAtomic(path, state([{}, { id: 'm-1' }]))
    await until(() => source.snapshot().length === 2)
    await source.close()
  })
})

describe('combined sources', () => {
  it('are one list; the first source wins where two know an id', async () => {
    const both = combineSources([createStaticSource(externalFleet(1)), createStaticSource(externalFleet(2))])
    await both.start()
    expect(both.snapshot()).toMatchObject([{ id: 'a-0', address: { port: 1 } }])
    await both.close()
  })
})
