import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { engineFor } from '../../engines/index.ts'
import { engineSocketVariables } from './engine-sockets.ts'
import { createStateFolder, emptySocketsFolder, stateFolderOf } from './state-folder.ts'

const variablesOf = (engine: 'vllm' | 'simulated', environment: Record<string, string>) =>
  engineSocketVariables(engineFor(engine), stateFolderOf(environment, 'lab'), environment)

it('has vLLM put its sockets into the Fleet’s folder, unless a person says where or the path is too long for one', () => {
  expect(variablesOf('vllm', { HOME: '/home/lab' })).toEqual({
    VLLM_RPC_BASE_PATH: '/home/lab/.local/state/fairlead/lab/sockets',
  })
  expect(variablesOf('vllm', { HOME: '/home/lab', VLLM_RPC_BASE_PATH: '/run/mine' })).toEqual({})
  expect(variablesOf('vllm', { HOME: `/${'h'.repeat(60)}` })).toEqual({})
  expect(variablesOf('simulated', { HOME: '/home/lab' })).toEqual({})
})

it('removes at the next start what killed engines have left', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fairlead-sockets-'))
  try {
    const folder = stateFolderOf({ HOME: home }, 'lab')
    await createStateFolder(folder)
    await emptySocketsFolder(folder)
    const left = join(folder.socketsFolder, '0b1c')
    await writeFile(left, '')
    await emptySocketsFolder(folder)
    expect(existsSync(left)).toBe(false)
    expect((await stat(folder.socketsFolder)).mode & 0o777).toBe(0o700)
  } finally {
    await rm(home, { recursive: true })
  }
})
