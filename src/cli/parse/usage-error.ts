import { exitCodes, UserError, type UserErrorParts } from '../../errors/index.ts'

/** A command line that is not understood; exit code 64. */
export function usageError(parts: Omit<UserErrorParts, 'exitCode'>): UserError {
  return new UserError({ ...parts, exitCode: exitCodes.usage })
}
