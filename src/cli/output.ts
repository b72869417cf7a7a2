/** How a command speaks: results on standard output, everything else on standard error. */
export interface Output {
  /** Whether standard output is to be exactly one JSON document. */
  readonly json: boolean
  /** Whether a person looks at standard error (progress, colour). */
  readonly isTerminal: boolean
  /** A line of the result on standard output; not used when `json`. */
  line(text?: string): void
  /** The result as JSON on standard output; only used when `json`. */
  document(value: unknown): void
  /** A line on standard error: progress, warnings, hints. */
  note(text: string): void
}
