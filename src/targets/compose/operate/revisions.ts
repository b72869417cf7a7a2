import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createFolder, fleetStateFolder, writeFileAtomic, type Environment } from '../../../files/index.ts'
import type { Revision } from '../../contract.ts'

/** As many are kept, as on every target. */
const keptRevisions = 10

const stored = z.object({
  number: z.number(),
  appliedAt: z.string(),
  version: z.string(),
  reason: z.string(),
  folder: z.string(),
  fleetText: z.string(),
  files: z.array(z.object({ path: z.string(), text: z.string() })),
  document: z.unknown(),
})

/** A project as it was applied once. */
export type StoredRevision = z.infer<typeof stored>

const folderOf = (fleet: string, environment: Environment) =>
  join(fleetStateFolder(environment, fleet), 'compose-revisions')

/** The applied projects of a Fleet, newest first. */
export async function readRevisions(fleet: string, environment: Environment): Promise<readonly StoredRevision[]> {
  const folder = folderOf(fleet, environment)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const texts = await Promise.all(
    names.filter((name) => /^\d+\.json$/.test(name)).map((name) => readFile(join(folder, name), 'utf8')),
  )
  return texts
    .flatMap((text) => {
      try {
        const parsed = stored.safeParse(JSON.parse(text))
        return parsed.success ? [parsed.data] : []
      } catch {
        return []
      }
    })
    .toSorted((a, b) => b.number - a.number)
}

/** Keeps what was applied; an apply that changed nothing is none. Resolves to its number. */
export async function keepRevision(
  fleet: string,
  environment: Environment,
  applied: Omit<StoredRevision, 'number' | 'appliedAt'>,
): Promise<number> {
  const [newest, ...older] = await readRevisions(fleet, environment)
  const same = JSON.stringify(newest?.files) === JSON.stringify(applied.files) && newest?.folder === applied.folder
  if (newest !== undefined && same) return newest.number
  const number = (newest?.number ?? 0) + 1
  const folder = folderOf(fleet, environment)
  await createFolder(folder)
  const revision: StoredRevision = { ...applied, number, appliedAt: new Date().toISOString() }
  await writeFileAtomic(join(folder, `${number}.json`), `${JSON.stringify(revision, null, 2)}\n`, 0o600)
  for (const { number: old } of older.slice(keptRevisions - 2)) await rm(join(folder, `${old}.json`), { force: true })
  return number
}

/** Forgets a Fleet that was deleted; whether there was anything to forget. */
export async function forgetRevisions(fleet: string, environment: Environment): Promise<boolean> {
  const there = (await readRevisions(fleet, environment)).length > 0
  await rm(folderOf(fleet, environment), { recursive: true, force: true })
  return there
}

/** As people see them. */
export function shownRevisions(revisions: readonly StoredRevision[]): readonly Revision[] {
  return revisions.map(({ number, appliedAt, version, reason, files, fleetText }, index) => ({
    number,
    appliedAt,
    version,
    reason,
    objects: files.length,
    isCurrent: index === 0,
    fleetText,
  }))
}
