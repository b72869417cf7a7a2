import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildGguf, checksumOf } from '../testing/gguf-file.ts'
import { linkModel } from './link-model.ts'
import { TestStore, userErrorOf } from '../testing/store-for-tests.ts'

const content = buildGguf({ fillerBytes: 10_000 })

let test: TestStore
let path: string
let source: string

beforeEach(async () => {
  test = await TestStore.open()
  path = join(test.home, 'my model.gguf')
  source = `file://${path.replaceAll(' ', '%20')}`
  await writeFile(path, content)
})
afterEach(() => test.remove())

// proves G1 (real part)
describe('a model file of this machine', () => {
  it('is used where it is, without a copy, and not read again at the next start', async () => {
    expect(await test.store.find({ source })).toBeUndefined()
    const model = await test.store.pull({ source, checksum: checksumOf(content) }, test.context())
    expect(model).toMatchObject({ source, path, bytes: content.length, checksum: checksumOf(content) })
    expect((await test.files()).filter((file) => !file.startsWith('refs/'))).toEqual([])
    expect(await test.store.find({ source })).toEqual(model)
    const lines = test.progress.lines.length
    expect(await test.store.pull({ source }, test.context())).toEqual(model)
    expect(test.progress.lines).toHaveLength(lines)
  })

  it('is checked again once it changed, so that a swapped file does not pass as the pinned one', async () => {
    await test.store.pull({ source, checksum: checksumOf(content) }, test.context())
    await writeFile(path, buildGguf({ fillerBytes: 10_000, seed: 2 }))
    await utimes(path, new Date(), new Date(Date.now() + 5000))
    expect(await test.store.find({ source })).toBeUndefined()
    const parts = await userErrorOf(test.store.pull({ source, checksum: checksumOf(content) }, test.context()))
    expect(parts.what).toBe('The model file does not have the checksum that it should have')
  })

  it.each([
    ['missing.gguf', 'There is no such file.'],
    ['folder.gguf', 'It is a folder.'],
  ])('is refused when %s is no file', async (name, why) => {
    await mkdir(join(test.home, 'folder.gguf'))
    const missing = `file://${join(test.home, name)}`
    expect(await userErrorOf(test.store.pull({ source: missing }, test.context()))).toMatchObject({
      what: `The model file ${join(test.home, name)} cannot be used`,
      why,
    })
  })

  it('is refused when its end is missing', async () => {
    await writeFile(path, content.subarray(0, 5000))
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts.why).toMatch(
      /^Its header was read, and it is cut off: its tensors end at byte \d+, and it has 5000\.$/,
    )
  })

  it('has a link where an engine is told to look, which later pulls replace, and never a file of somebody else', async () => {
    const link = join(test.home, 'links', 'chat')
    const model = await test.store.pull({ source }, test.context())
    await linkModel(model, link)
    await linkModel(model, link)
    expect(await readFile(link)).toEqual(content)
    // Relative, so that it holds where the folder is mounted under another name.
    await rename(test.home, `${test.home}-moved`)
    expect(await readFile(join(`${test.home}-moved`, 'links', 'chat'))).toEqual(content)
    await rename(`${test.home}-moved`, test.home)
    const parts = await userErrorOf(linkModel(model, path))
    expect(parts.why).toBe('It may be somebody’s file.')
    expect(await readFile(path)).toEqual(content)
  })
})
