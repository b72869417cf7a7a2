import { randomUUID } from 'node:crypto'
import { lstat, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../../errors/index.ts'
import { createFolder } from '../../files/index.ts'
import type { StoredModel } from '../contract.ts'

/**
 * Makes a stored model known under a path of its own as well: a symbolic link, relative so that it also holds where the same
 * folder is mounted elsewhere. A link that is there is replaced at once; a reader finds the old or the new one.
 * @param path absolute
 * @throws UserError where there is something else than a link, or the folder cannot be written
 */
export async function linkModel(model: StoredModel, path: string): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}`)
  try {
    await createFolder(folder)
    await symlink(relative(folder, resolve(model.path)), temporary)
    try {
      await refuseOther(path)
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError({
      what: `The link ${path} cannot be made`,
      where: path,
      why: error instanceof Error ? error.message : String(error),
      mend: 'Name a path in a folder where this user may write.',
      cause: error,
    })
  }
}

/** A file or folder of somebody else's stays. */
async function refuseOther(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined || found.isSymbolicLink()) return
  throw new UserError({
    what: `${path} is there already, and is no link`,
    where: path,
    why: 'It may be somebody’s file.',
    mend: 'Name another path, or move it away.',
  })
}
