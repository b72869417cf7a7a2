import { cpSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './world.ts'

/** Copies what `.dockerignore` lets into a build, and puts this clone's dependencies beside it, as the build installs them. */
export function copyBuildContext(folder: string): void {
  const lines = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n')
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'))
  mkdirSync(folder, { recursive: true })
  for (const pattern of patterns) {
    if (pattern.startsWith('!'))
      cpSync(join(repository, pattern.slice(1)), join(folder, pattern.slice(1)), { recursive: true })
    else if (pattern.startsWith('**/')) {
      for (const found of globSync(pattern, { cwd: folder }))
        rmSync(join(folder, found), { recursive: true, force: true })
    } else if (pattern !== '*') throw new Error(`this harness does not know the pattern ${pattern}`)
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
}
