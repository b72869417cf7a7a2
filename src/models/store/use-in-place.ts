import { stat } from 'node:fs/promises'
import { UserError } from '../../errors/index.ts'
import type { ModelRequest, PullContext } from '../contract.ts'
import { checksumOfFile, describeModelSource, fileNameOf, wrongChecksum, type FileSource } from '../sources/index.ts'
import { checkFormat } from './check-format.ts'
import type { ModelRecord } from './records.ts'
import { fileFacts } from './stored-file.ts'

/** Checks a file of this machine where it is and describes it; nothing is copied. */
export async function useInPlace(
  source: FileSource,
  request: ModelRequest,
  context: PullContext,
): Promise<ModelRecord> {
  const where = source.path
  const before = await fileFacts(source.path)
  if (before === undefined) throw await notAFile(source.path)
  await checkFormat(source.path, where)
  const step = context.progress.step(`Checking ${fileNameOf(source)}`, before.bytes)
  let checksum: string
  try {
    checksum = await checksumOfFile(source.path, step, context.signal)
  } catch (error) {
    step.fail('not read')
    context.signal.throwIfAborted()
    throw new UserError({ what: `${where} cannot be read`, where, why: String(error), cause: error })
  }
  step.succeed()
  if (request.checksum !== undefined && request.checksum !== checksum) {
    throw wrongChecksum(where, request.checksum, checksum)
  }
  const after = await fileFacts(source.path)
  if (after?.bytes !== before.bytes || after.modifiedNs !== before.modifiedNs) {
    throw new UserError({ what: `${where} changes while it is read`, where, mend: 'Try again once it is complete.' })
  }
  return {
    version: 1,
    source: describeModelSource(source),
    checksum,
    bytes: after.bytes,
    fileName: fileNameOf(source),
    storedAt: new Date().toISOString(),
    format: 'gguf',
    modifiedNs: after.modifiedNs,
  }
}

async function notAFile(path: string): Promise<UserError> {
  const why = await stat(path).then(
    (found) => (found.isDirectory() ? 'It is a folder.' : 'It is not a regular file.'),
    (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT'
        ? 'There is no such file.'
        : error.code === 'EACCES'
          ? 'This user may not read it.'
          : String(error),
  )
  return new UserError({
    what: `The model file ${path} cannot be used`,
    where: path,
    why,
    mend: 'Correct the path, or pull the model from another source.',
  })
}
