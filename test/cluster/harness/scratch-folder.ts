import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive, ownIdentity, type ProcessIdentity } from '../../../src/files/index.ts'

const prefix = 'fairlead-cluster-'

function ownerOf(folder: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}

/** Removes the folders of test runs that were killed. */
export function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const folder = join(tmpdir(), name)
    const owner = ownerOf(folder)
    if (owner !== undefined && !isAlive(owner)) rmSync(folder, { recursive: true, force: true })
  }
}

/** A folder that says who made it. */
export function makeScratchFolder(): string {
  removeLeftFolders()
  const folder = mkdtempSync(join(tmpdir(), prefix))
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(ownIdentity()))
  return folder
}
