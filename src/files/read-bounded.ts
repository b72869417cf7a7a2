import { createReadStream } from 'node:fs'
import { UserError } from '../errors/index.ts'

const advice: Record<string, string> = {
  ENOENT: 'There is no such file.',
  EACCES: 'This user may not read it.',
  EISDIR: 'It is a folder.',
}

/**
 * Reads a whole file, refusing one of more than `limitBytes`; reads at most one byte beyond it.
 * @throws UserError when the file cannot be read or is too large.
 */
export async function readBoundedFile(path: string, limitBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of createReadStream(path, { end: limitBytes })) {
      pieces.push(piece as Buffer)
      length += (piece as Buffer).length
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    throw new UserError({
      what: `${path} cannot be read`,
      where: path,
      why: advice[code] ?? String(error),
      cause: error,
    })
  }
  if (length > limitBytes) {
    throw new UserError({ what: `${path} is too large`, where: path, why: `It has more than ${limitBytes} bytes.` })
  }
  return Buffer.concat(pieces, length)
}
