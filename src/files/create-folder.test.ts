import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createFolder } from './create-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'fairlead-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

it('creates what many want at once, so that two operators who begin together both get their folder', async () => {
  const folders = Array.from({ length: 40 }, (_, index) => join(root, `${index}`, 'state', 'fairlead', 'lab'))
  await Promise.all(folders.flatMap((folder) => [createFolder(folder), createFolder(folder), createFolder(folder)]))
  for (const folder of folders) expect(statSync(folder).isDirectory()).toBe(true)
})

it('ends where the kernel has no folder to give', async () => {
  await expect(createFolder('/proc/nonexistent/x')).rejects.toMatchObject({ code: 'ENOENT' })
})
