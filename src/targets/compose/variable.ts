/**
 * A variable that Compose puts in when it reads the file, from the shell or from `.env` beside it (Compose specification,
 * interpolation). Everything else is written so that a `$` in it stays a `$`.
 */
export class ComposeVariable {
  readonly name: string
  /** What to do when it is not set: Compose refuses to start and says this. */
  readonly missing: string

  constructor(name: string, missing: string) {
    this.name = name
    this.missing = missing
  }

  /** As it stands in the file. */
  toString(): string {
    return `\${${this.name}:?${this.missing}}`
  }
}

/** A value as it stands in a Compose file: each `$` of a text doubled, so that Compose takes it for the character. */
export function composeValue(value: unknown): unknown {
  if (value instanceof ComposeVariable) return value.toString()
  if (typeof value === 'string') return value.replaceAll('$', '$$$$')
  if (Array.isArray(value)) return value.map(composeValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, composeValue(field)]))
}
