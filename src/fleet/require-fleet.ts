import { exitCodes, UserError, type ErrorFinding } from '../errors/index.ts'
import type { Diagnostic } from './diagnostic.ts'
import { formatDiagnostics } from './format-diagnostics.ts'
import type { LoadedFleet } from './load.ts'
import type { Fleet } from './schema/fleet.ts'

/** The Fleet; throws `UserError` with every problem as text, and exit code 2, when it has errors. */
export function requireFleet(loaded: LoadedFleet, options: { readonly colour: boolean } = { colour: false }): Fleet {
  if (loaded.fleet !== undefined) return loaded.fleet
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error').length
  throw new UserError({
    what: `${loaded.file} has ${errors === 1 ? 'an error' : `${errors} errors`}`,
    why: formatDiagnostics(loaded.diagnostics, loaded.text, options),
    findings: findingsOf(loaded.diagnostics),
    mend: 'Mend what is listed and run the command again',
    exitCode: exitCodes.answerIsNo,
  })
}

/** Problems of a Fleet file as an error carries them. */
export const findingsOf = (diagnostics: readonly Diagnostic[]): ErrorFinding[] =>
  diagnostics.map(({ severity, file, line, column, path, message, suggestion }) => ({
    severity,
    file,
    line,
    column,
    path,
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }))
