import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../errors/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import { readPools } from './pools-file.ts'
import { createPoolsSource, type PoolsOptions } from './pools.ts'

let folder: string
const cleanUps: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-pools-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})
const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000 })
const file = () => join(folder, 'pools.yaml')
const text = (...pools: readonly object[]) => JSON.stringify({ version: 1, pools })
const pool = (more: object = {}) => ({ model: 'm', engine: 'vllm', address: 'http://engines:8000', ...more })

function follow(options: Partial<PoolsOptions> = {}) {
  const source = createPoolsSource({ path: file(), intervalMs: 20, emptyAfterMs: 50, ...options })
  cleanUps.push(() => source.close())
  return { source, ids: () => source.snapshot().map(({ id }) => id) }
}

describe('a pools file', () => {
  it('is YAML or JSON, with both roles and no look-up where it says nothing', () => {
    const yaml = 'version: 1\npools:\n  - { model: m, engine: vllm, address: "http://engines:8000" }\n'
    const [read] = readPools(yaml, 'pools.yaml')
    expect(read).toEqual({
      model: 'm',
      role: 'both',
      engine: 'vllm',
      address: { protocol: 'http', host: 'engines', port: 8000, basePath: '' },
      resolve: 'static',
    })
    expect(readPools(text(pool()), 'pools.json')).toEqual([read])
  })

  it.each([
    ['a version of later', 'version: 2\npools: []\n', 'pools.yaml:1:10', ['version']],
    [
      'an engine that is none',
      'version: 1\npools:\n  - model: m\n    engine: vlm\n    address: http://a\n',
      'pools.yaml:4:13',
      ['pools[0].engine'],
    ],
    [
      'a field that is none',
      `version: 1\npools:\n  - { model: m, engine: vllm, address: "http://a", port: 1 }\n`,
      'pools.yaml:3:5',
      ['"port"'],
    ],
    [
      'an address with /v1',
      'version: 1\npools:\n  - { model: m, engine: vllm, address: http://a:1/v1 }\n',
      'pools.yaml:3:40',
      ['pools[0].address', 'Write http://a:1'],
    ],
    ['broken YAML', 'version: 1\npools: [\n', 'pools.yaml:', []],
    ['nothing', '', 'pools.yaml:1:1', []],
    ['an alias', 'version: &a 1\npools: [*a]\n', 'pools.yaml:2:9', ['Aliases']],
  ])('with %s is refused, with the place', (_what, content, where, parts) => {
    let problem: unknown
    try {
      readPools(content, 'pools.yaml')
    } catch (error) {
      problem = error
    }
    expect(problem).toBeInstanceOf(UserError)
    const { parts: told } = problem as UserError
    expect(told.where).toContain(where)
    for (const part of parts) expect(told.why).toContain(part)
    expect(told.findings?.length).toBeGreaterThan(0)
  })
})

// proves B3 (simulated)
describe('the pools source', () => {
  it('has replicas of both kinds, with their roles in their ids, and tells two ports of one host apart', async () => {
    await writeFile(
      file(),
      text(
        pool({ role: 'prefill', resolve: 'dns' }),
        pool({ role: 'decode', address: 'http://one.lab' }),
        pool({ address: 'http://one.lab:1' }),
        pool({ address: 'http://one.lab:2' }),
      ),
    )
    const { source, ids } = follow({ lookUp: async () => ['10.0.0.1', 'fd00::1'] })
    await source.start()
    expect(ids()).toEqual(['m-prefill-10-0-0-1', 'm-prefill-fd00--1', 'm-decode-one-lab', 'm-one-lab', 'm-one-lab-2'])
    expect(source.snapshot()[1]).toMatchObject({ role: 'prefill', address: { host: 'fd00::1', hostName: 'engines' } })
    expect(source.snapshot()[2]?.address).toEqual({ protocol: 'http', host: 'one.lab', port: 80, basePath: '' })
  })

  it('gives replicas the key of their pool, and refuses a file whose key cannot be read', async () => {
    await writeFile(file(), text(pool({ apiKey: { env: 'KEY' } }), pool({ model: 'open' })))
    const asked: unknown[] = []
    const readKey = async (reference: object, field: string) => {
      asked.push([reference, field])
      return 'secret'
    }
    const { source } = follow({ readKey })
    await source.start()
    expect(asked).toEqual([[{ env: 'KEY' }, 'pools[0].apiKey']])
    expect(source.snapshot().map(({ model, headers }) => [model, headers])).toEqual([
      ['m', ['authorization', 'Bearer secret']],
      ['open', undefined],
    ])
    const without = follow({ readKey: () => Promise.reject(new UserError({ what: 'KEY is not set' })) })
    await expect(without.source.start()).rejects.toThrow('KEY is not set')
  })

  it('refuses to start with a file that cannot be used, so that nobody serves nothing by mistake', async () => {
    const missing = follow()
    await expect(missing.source.start()).rejects.toThrow('cannot be read')
    await writeFile(file(), 'version: 2')
    const errors: string[] = []
    const wrong = follow({ onError: (message) => errors.push(message) })
    await expect(wrong.source.start()).rejects.toBeInstanceOf(UserError)
    expect(errors).toEqual([])
  })

  it('follows the file, keeps what is known of pools that stay, and has new ones looked up before they count', async () => {
    await writeFile(file(), text(pool({ resolve: 'dns' })))
    const asked: string[] = []
    const second = Promise.withResolvers<readonly string[]>()
    const lookUp = async (host: string) => {
      asked.push(host)
      return host === 'engines' ? ['10.0.0.1'] : second.promise
    }
    const { source, ids } = follow({ lookUp, intervalMs: 3_600_000 })
    await source.start()
    await writeFileAtomic(file(), text(pool({ resolve: 'dns' }), pool({ resolve: 'dns', address: 'http://more:1' })))
    await until(() => asked.includes('more'))
    expect(ids()).toEqual(['m-10-0-0-1'])
    second.resolve(['10.0.0.2'])
    await until(() => ids().length === 2)
    await writeFileAtomic(file(), text(pool({ resolve: 'dns', address: 'http://more:1' })))
    await until(() => ids().length === 1)
    expect(ids()).toEqual(['m-10-0-0-2'])
    expect(asked).toEqual(['engines', 'more'])
  })

  it('keeps the last good file while the next one is broken, and says where it is', async () => {
    await writeFile(file(), text(pool()))
    const errors: string[] = []
    const { source, ids } = follow({ onError: (message) => errors.push(message) })
    await source.start()
    await writeFileAtomic(file(), 'version: 1\npools:\n  - { model: m }\n')
    await until(() => errors.length > 0)
    expect(errors).toEqual([expect.stringContaining(`${file()}:3:5`)])
    expect(ids()).toEqual(['m-engines'])
    await writeFileAtomic(file(), text(pool({ address: 'http://other' })))
    await until(() => ids().join() === 'm-other')
  })

  it('follows a ConfigMap as Kubernetes exchanges it, behind a link', async () => {
    await Promise.all([mkdir(join(folder, '..v1')), mkdir(join(folder, '..v2'))])
    await writeFile(join(folder, '..v1', 'pools.yaml'), text(pool()))
    await symlink('..v1', join(folder, '..data'))
    await symlink(join('..data', 'pools.yaml'), file())
    const { source, ids } = follow()
    await source.start()
    await writeFile(join(folder, '..v2', 'pools.yaml'), text(pool({ address: 'http://second' })))
    await symlink('..v2', join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    await rm(join(folder, '..v1'), { recursive: true })
    await vi.waitFor(() => expect(ids()).toEqual(['m-second']), { timeout: 10_000 })
  })
})
