import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeFileAtomic } from './write-atomic.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-write-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('names the file that was to be written where it cannot be, and leaves nothing behind', async () => {
  const path = join(folder, 'taken')
  await mkdir(path)
  await expect(writeFileAtomic(path, 'text')).rejects.toMatchObject({ code: 'EISDIR', path })
  expect(await readdir(folder)).toEqual(['taken'])
})
