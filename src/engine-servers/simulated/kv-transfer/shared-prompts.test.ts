import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BlockChain } from '../../../engines/index.ts'
import { startSimulated } from '../../serving/testing/index.ts'
import { stores } from './index.ts'
import { SharedPrompts } from './shared-prompts.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-prompts-'))
})
afterEach(() => rm(folder, { recursive: true }))

const tokens = (length: number, last = 0): number[] =>
  Array.from({ length }, (_, place) => (place === length - 1 ? last : place))
const chainOf = (prompt: readonly number[], salt?: string) => new BlockChain(prompt, 16, prompt.length, salt)

describe('prompts in a shared place', () => {
  it.each<[name: keyof typeof stores, stored: number, asked: number, found: number]>([
    ['sharedStorage', 600, 600, 592],
    ['sharedStorage', 592, 592, 576],
    ['sharedStorage', 600, 700, 0],
    ['sharedStorage', 16, 16, 0],
    ['lmcache', 600, 600, 512],
    ['lmcache', 600, 300, 256],
    ['lmcache', 300, 700, 256],
    ['lmcache', 255, 600, 0],
  ])('%s: of %i tokens stored a prompt of %i finds %i', async (name, stored, asked, found) => {
    await new SharedPrompts(folder, stores[name]).store(chainOf(tokens(stored)), stored)
    const other = new SharedPrompts(folder, stores[name])
    expect(await other.find(chainOf(tokens(asked)), asked)).toBe(found)
  })

  it('are found by who has the same tokens and the same salt only', async () => {
    const shared = new SharedPrompts(folder, stores.lmcache)
    await shared.store(chainOf(tokens(256), 'mine'), 256)
    expect(await shared.find(chainOf(tokens(256), 'mine'), 256)).toBe(256)
    expect(await shared.find(chainOf(tokens(256)), 256)).toBe(0)
    expect(await shared.find(chainOf(tokens(256, 7), 'mine'), 256)).toBe(0)
  })

  it('are as many as the limit says: the oldest go', async () => {
    const shared = new SharedPrompts(folder, stores.lmcache, 2)
    for (const last of [1, 2, 1, 3]) await shared.store(chainOf(tokens(256, last)), 256)
    expect(await readdir(folder)).toHaveLength(2)
    expect(await shared.find(chainOf(tokens(256, 1)), 256)).toBe(256)
    expect(await shared.find(chainOf(tokens(256, 2)), 256)).toBe(0)
  })

  it('that cannot be stored are counted, and cost no answer', async () => {
    const kvFolder = join(folder, 'a-file')
    await writeFile(kvFolder, '')
    const server = await startSimulated({ kvConnector: 'sharedStorage', kvFolder })
    const response = await fetch(`${server.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'the quick brown fox '.repeat(20), max_tokens: 4 }),
    })
    expect(response.status).toBe(200)
    expect(server.backend.load().paged?.failedTransfers).toBe(1)
    await server.close()
  })

  it('need a folder', async () => {
    await expect(startSimulated({ kvConnector: 'lmcache' })).rejects.toThrow('has no `kvFolder`')
  })
})
