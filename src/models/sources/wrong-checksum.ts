import { UserError } from '../../errors/index.ts'

/** The file is another one than was asked for. */
export function wrongChecksum(where: string, expected: string, found: string, cause?: string): UserError {
  return new UserError({
    what: 'The model file does not have the checksum that it should have',
    where,
    why: `Expected ${expected}, found ${found}.${cause === undefined ? '' : ` ${cause}`}`,
    mend: 'If the checksum was copied wrongly, correct it; otherwise do not use this file. Nothing of it was kept.',
  })
}
