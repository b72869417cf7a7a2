import { chmod, rm, truncate, writeFile } from 'node:fs/promises'
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

// proves G3 (real part)
describe('verify', () => {
  it('finds a whole file whole', async () => {
    expect(await test.store.verify(test.context())).toEqual([{ model, ok: true }])
  })

  it('finds a single changed bit, which the size does not show', async () => {
    const damaged = Buffer.from(content)
    damaged.writeUInt8((damaged.at(-1) ?? 0) ^ 1, damaged.length - 1)
    await writeFile(model.path, damaged)
    expect(await test.store.find({ source })).toEqual(model)
    expect(await test.store.verify(test.context())).toEqual([
      {
        model,
        ok: false,
        problem: `wrong checksum: ${checksumOf(damaged)} instead of ${model.checksum}; remove it with "rm -f ${model.path}" and pull it again`,
      },
    ])
    await rm(model.path)
    expect(await test.store.pull({ source }, test.context())).toMatchObject({ checksum: checksumOf(content) })
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
    expect(await test.store.verify(test.context())).toMatchObject([{ problem: 'missing: pull it again' }])
  })

  it('passes over a damaged record, and the next pull writes it anew', async () => {
    const ref = (await test.files()).find((file) => file.startsWith('refs/')) ?? ''
    await writeFile(join(test.root, ref), '{"version":1,"source":"../../etc"}')
    expect(await test.store.verify(test.context())).toEqual([])
    expect(await test.store.find({ source })).toBeUndefined()
    const before = hub.contentRequests.length
    expect(await test.store.pull({ source }, test.context())).toMatchObject({ checksum: model.checksum })
    expect(hub.contentRequests).toHaveLength(before)
  })
})
