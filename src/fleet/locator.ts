import type { LineCounter } from 'yaml'
import { formatPath, type Diagnostic, type FieldPath, type Problem } from './diagnostic.ts'
import type { Place } from './document/plain-value.ts'

/** Diagnostics that are given at the most; a file with more has one cause. */
const maxDiagnostics = 200

/** Finds places in a Fleet text. Paths are those of the short form, unless `isWritten` says that they stand so in the file. */
export class Locator {
  readonly file: string
  readonly text: string
  readonly #lines: LineCounter
  readonly #places: ReadonlyMap<string, Place>
  readonly #writtenPath: (path: FieldPath) => FieldPath
  readonly #variables: ReadonlyMap<string, string>

  constructor(
    parts: { readonly file: string; readonly text: string; readonly lines: LineCounter },
    places: ReadonlyMap<string, Place> = new Map(),
    writtenPath: (path: FieldPath) => FieldPath = (path) => path,
    variables: ReadonlyMap<string, string> = new Map(),
  ) {
    this.file = parts.file
    this.text = parts.text
    this.#lines = parts.lines
    this.#places = places
    this.#writtenPath = writtenPath
    this.#variables = variables
  }

  /** Names of the variables that gave fields their values. */
  get variableNames(): readonly string[] {
    return [...new Set(this.#variables.values())]
  }

  /** The text of a field’s value as it stands in the file; undefined when a variable gave it. */
  textAt(path: FieldPath): string | undefined {
    const place = this.#places.get(formatPath(this.#writtenPath(path)))
    if (place === undefined || this.#variableOf(path) !== undefined) return undefined
    return this.text.slice(place.value, place.end)
  }

  /** Line and column of a field given by its path in the file. */
  positionOf(path: string): { readonly line: number; readonly column: number } | undefined {
    const place = this.#places.get(path)
    return place === undefined ? undefined : this.#position(place.value)
  }

  /** Problems with their places. */
  locate(problems: readonly Problem[]): Diagnostic[] {
    return problems.map((problem) => {
      const variable = problem.variable ?? this.#variableOf(problem.path)
      const path = this.#writtenPath(problem.path)
      return {
        severity: problem.severity ?? 'error',
        path: formatPath(path),
        message: problem.message,
        ...(problem.suggestion === undefined ? {} : { suggestion: problem.suggestion }),
        ...(problem.hidesText === true ? { hidesText: true } : {}),
        ...(variable === undefined
          ? { file: this.file, ...this.#position(problem.offset ?? this.#offsetOf(path, problem.at ?? 'value')) }
          : { file: `$${variable}`, line: 1, column: 1, variable }),
      }
    })
  }

  /** The variable that gave a field, or something around it. */
  #variableOf(path: FieldPath): string | undefined {
    if (this.#variables.size === 0) return undefined
    for (let length = path.length; length > 0; length -= 1) {
      const variable = this.#variables.get(formatPath(path.slice(0, length)))
      if (variable !== undefined) return variable
    }
    return undefined
  }

  /** Where a field stands; for one that is absent, where the nearest thing around it begins. */
  #offsetOf(path: FieldPath, at: 'key' | 'value'): number {
    const place = this.#places.get(formatPath(path))
    if (place !== undefined) return place[at]
    for (let length = path.length - 1; length >= 0; length -= 1) {
      const around = this.#places.get(formatPath(path.slice(0, length)))
      if (around !== undefined) return around.key
    }
    return 0
  }

  #position(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
}

/** Diagnostics in the order of the file, errors before warnings of the same place, at most as many as help. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sorted = [...diagnostics].sort(
    (one, other) =>
      Number(one.variable !== undefined) - Number(other.variable !== undefined) ||
      one.line - other.line ||
      one.column - other.column ||
      one.severity.localeCompare(other.severity),
  )
  if (sorted.length <= maxDiagnostics) return sorted
  const shown = [...sorted.filter(isError), ...sorted.filter((each) => !isError(each))].slice(0, maxDiagnostics)
  const last = shown.at(-1)
  if (last !== undefined) {
    const message = `${sorted.length - maxDiagnostics} more problems are not shown`
    shown.push({ severity: 'warning', file: last.file, line: last.line, column: last.column, path: '', message })
  }
  return shown
}

const isError = ({ severity }: Diagnostic) => severity === 'error'
