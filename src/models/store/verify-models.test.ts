import { chmod, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoredModel } from '../contract.ts'
import { buildGguf, checksumOf } from '../testing/gguf-file.ts'
import { HubServer } from '../testing/hub-server.ts'
import { TestStore } from '../testing/store-for-tests.ts'

const content = buildGguf({ fillerBytes: 100_000 })
const source = 'hf://owner/name:model.gguf'

let hub: HubServer
let test: TestStore
let model: StoredModel

beforeEach(async () => {
  hub = await HubServer.start()
  hub.add('owner/name', { 'model.gguf': content })
  test = await TestStore.open({ HF_ENDPOINT: hub.endpoint })
  model = await test.store.pull({ source }, test.context())
  await chmod(model.path, 0o600)
})
afterEach(async () => {
  await hub.stop()
  await test.remove()
})

/** The same size, other content. */
function withChangedBit(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes)
  damaged.writeUInt8((damaged.at(-1) ?? 0) ^ 1, damaged.length - 1)
  return damaged
}

// proves G3 (real part)
describe('verify', () => {
  it('finds a whole file whole', async () => {
    expect(await test.store.verify(test.context())).toEqual([{ model, ok: true }])
  })

  it('finds a single changed bit that neither size nor age shows; then a pull fetches the file again', async () => {
    const age = new Date('2024-01-01T00:00:00Z')
    await utimes(model.path, age, age)
    expect(await test.store.find({ source })).toBeUndefined()
    expect(await test.store.verify(test.context())).toEqual([{ model, ok: true }])
    expect(await test.store.find({ source })).toEqual(model)
    const damaged = withChangedBit(content)
    await writeFile(model.path, damaged)
    await utimes(model.path, age, age)
    expect(await test.store.verify(test.context())).toEqual([
      {
        model,
        ok: false,
        problem: `wrong checksum: ${checksumOf(damaged)} instead of ${model.checksum}; "fairlead models pull ${source}" fetches it again`,
      },
    ])
    expect(await test.store.find({ source })).toBeUndefined()
    expect(await test.store.list()).toEqual([])
    await test.store.pull({ source }, test.context())
    expect((await readFile(model.path)).equals(content)).toBe(true)
    expect(await test.store.verify(test.context())).toMatchObject([{ ok: true }])
  })

  it('finds a truncated file; a pull mends it by itself', async () => {
    await truncate(model.path, 50_000)
    expect(await test.store.verify(test.context())).toMatchObject([
      {
        ok: false,
        problem: expect.stringMatching(new RegExp(`^truncated: 50000 bytes instead of ${content.length}; `)),
      },
    ])
    expect(await test.store.find({ source })).toBeUndefined()
    expect(await test.store.list()).toEqual([])
    await test.store.pull({ source, checksum: checksumOf(content) }, test.context())
    expect(await test.store.verify(test.context())).toMatchObject([{ ok: true }])
  })

  it('finds a longer and a missing file', async () => {
    await writeFile(model.path, Buffer.concat([content, Buffer.of(0)]))
    expect(await test.store.verify(test.context())).toMatchObject([{ problem: expect.stringMatching(/^wrong size: /) }])
    await rm(model.path)
    expect(await test.store.verify(test.context())).toMatchObject([
      { problem: `missing: "fairlead models pull ${source}" fetches it again` },
    ])
  })

  it.each([
    ['{"version":1,', /^broken record: .*JSON.*; "fairlead models pull" writes it anew$/],
    ['{"version":1,"source":"../../etc"}', /^broken record: checksum: .*; "fairlead models pull" writes it anew$/],
  ])('names the broken record %s, and the next pull writes it anew', async (text, problem) => {
    const ref = (await test.files()).find((file) => file.startsWith('refs/')) ?? ''
    const path = join(test.root, ref)
    await writeFile(path, text)
    expect(await test.store.verify(test.context())).toMatchObject([
      { model: { source: path, path, bytes: text.length }, ok: false, problem: expect.stringMatching(problem) },
    ])
    expect(await test.store.find({ source })).toBeUndefined()
    const before = hub.contentRequests.length
    expect(await test.store.pull({ source }, test.context())).toMatchObject({ checksum: model.checksum })
    expect(hub.contentRequests).toHaveLength(before)
    expect(await test.store.verify(test.context())).toMatchObject([{ ok: true }])
  })
})

// proves G3 (real part)
describe('a stored file that changed in place', () => {
  it.each([{ checksum: checksumOf(content) }, {}])('is not used, and a pull of %j fetches it again', async (pin) => {
    await writeFile(model.path, withChangedBit(content))
    expect(await test.store.find({ source, ...pin })).toBeUndefined()
    const before = hub.contentRequests.length
    await test.store.pull({ source, ...pin }, test.context())
    expect(hub.contentRequests.length).toBeGreaterThan(before)
    expect((await readFile(model.path)).equals(content)).toBe(true)
    expect(await test.store.find({ source, ...pin })).toBeDefined()
  })

  it('is not adopted by another source with the same pin', async () => {
    await writeFile(model.path, withChangedBit(content))
    hub.add('other/copy', { 'same.gguf': content })
    await test.store.pull({ source: 'hf://other/copy:same.gguf', checksum: checksumOf(content) }, test.context())
    expect((await readFile(model.path)).equals(content)).toBe(true)
  })

  it('is read once and not fetched when only its age changed, as in a copied store', async () => {
    await utimes(model.path, new Date(), new Date('2024-01-01T00:00:00Z'))
    const before = hub.seen.length
    const lines = test.progress.lines.length
    expect(await test.store.pull({ source }, test.context())).toMatchObject({ checksum: model.checksum })
    await test.store.pull({ source }, test.context())
    expect(test.progress.lines.slice(lines)).toEqual(['Checking model.gguf', 'Checking model.gguf: done'])
    expect(hub.seen).toHaveLength(before)
  })
})
