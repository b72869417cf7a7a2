import { UserError } from '../../errors/index.ts'
import { createFolder } from '../../files/index.ts'
import { existingFolder } from '../disk/index.ts'

/** Why a folder cannot be created, by errno(3); Linux answers ENOENT in folders of the kernel's own. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'The file system there does not let folders be created.',
  EACCES: 'This user may not write there.',
  EPERM: 'This user may not write there.',
  EROFS: 'The file system is read-only.',
  ENOTDIR: 'A part of the path is a file, not a folder.',
  EEXIST: 'A part of the path is a file, not a folder.',
}

/** Creates the store's folder unless it is there. */
export async function createStoreFolder(folder: string): Promise<void> {
  try {
    await createFolder(folder)
  } catch (error) {
    const why = reasons[(error as NodeJS.ErrnoException).code ?? '']
    if (why === undefined) throw error
    throw new UserError({
      what: 'The folder of the model store cannot be created',
      where: folder,
      why,
      mend: 'Set XDG_CACHE_HOME to a folder where this user may write, or let this user write there.',
      command: `ls -ld ${await existingFolder(folder)}`,
      cause: error,
    })
  }
}

/** Whether a write into the store failed because this user may not write there. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** What people are told about a store that is there and cannot be written. */
export function notWritable(folder: string, cause: unknown): UserError {
  return new UserError({
    what: 'The model store cannot be written',
    where: folder,
    why: cause instanceof Error ? cause.message : String(cause),
    mend: 'Give this user the right to write there, or set XDG_CACHE_HOME to a folder where it may.',
    command: `ls -ld ${folder}`,
    cause,
  })
}
