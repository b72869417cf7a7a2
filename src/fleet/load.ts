import { parse } from 'yaml'
import { fleet as fleetSchema, type Fleet } from './schema/fleet.ts'

/** One problem of a Fleet file. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** File name as the person gave it. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 code units. */
  readonly column: number
  /** Dotted path of the field, such as `models[0].context`. */
  readonly path: string
  readonly message: string
  /** What to write instead. */
  readonly suggestion?: string
}

/** What a Fleet text is read with. */
export interface LoadFleetOptions {
  /** Name shown in diagnostics. */
  readonly file: string
  /** Environment for `FAIRLEAD_<PATH>` overrides. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** A Fleet, when there is no error, and all that was noticed. */
export interface LoadedFleet {
  readonly fleet?: Fleet
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a Fleet from YAML text in its short or Kubernetes form; never throws for what a person wrote. */
export function loadFleet(source: string, options: LoadFleetOptions): LoadedFleet {
  const result = fleetSchema.safeParse(parse(source))
  if (result.success) return { fleet: result.data, diagnostics: [] }
  return {
    diagnostics: result.error.issues.map((issue) => ({
      severity: 'error',
      file: options.file,
      line: 1,
      column: 1,
      path: issue.path.join('.'),
      message: issue.message,
    })),
  }
}
