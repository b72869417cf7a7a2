import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { createStoreFolder } from './store-folder.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-home-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function refusal(folder: string): Promise<UserError['parts']> {
  const error = await createStoreFolder(folder).catch((error: unknown) => error)
  if (!(error instanceof UserError)) throw new Error(`it was expected to be refused: ${String(error)}`)
  return error.parts
}

describe('the folder of the model store', () => {
  it('may be there already', async () => {
    const folder = join(home, 'cache', 'fairlead', 'models')
    await Promise.all([createStoreFolder(folder), createStoreFolder(folder)])
    await createStoreFolder(folder)
    expect(existsSync(folder)).toBe(true)
  })

  it('is named with a way out when a file is in its way', async () => {
    const file = join(home, 'cache')
    await writeFile(file, '')
    expect(await refusal(join(file, 'fairlead', 'models'))).toMatchObject({
      what: 'The folder of the model store cannot be created',
      where: join(file, 'fairlead', 'models'),
      why: 'A part of the path is a file, not a folder.',
      mend: expect.stringContaining('XDG_CACHE_HOME'),
      command: `ls -ld ${home}`,
    })
  })

  it('is named with a way out in a home that takes no folders, instead of a file that there is not', async () => {
    // The kernel's own folder: nobody may create in it, not even root.
    const parts = await refusal('/proc/.cache/fairlead/models')
    expect(parts).toMatchObject({
      what: 'The folder of the model store cannot be created',
      mend: expect.stringContaining('XDG_CACHE_HOME'),
    })
    expect(JSON.stringify(parts)).not.toContain('no such file')
  })
})
