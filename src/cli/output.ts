/** Colours and weights; each gives its text back unchanged where nobody looks or colour is unwanted. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** How a command speaks: results on standard output, everything else on standard error. */
export interface Output {
  /** Whether standard output is to be exactly one JSON document. */
  readonly json: boolean
  /** Whether a person looks at standard error (progress, colour). */
  readonly isTerminal: boolean
  /** Whether a person looks at standard output. */
  readonly isResultTerminal: boolean
  /** Colours for standard output. */
  readonly paint: Paint
  /** Colours for standard error. */
  readonly notePaint: Paint
  /** Whether `notePaint` colours. */
  readonly hasNoteColour: boolean
  /** Columns of the terminal; 80 where there is none. */
  columns(): number
  /** A line of the result on standard output; not used when `json`. */
  line(text?: string): void
  /** A piece of the result on standard output as it is, such as tokens as they come; not used when `json`. */
  write(text: string): void
  /** The result as JSON on standard output; used when `json`, and by commands whose result is JSON in any case. */
  document(value: unknown): void
  /** A line on standard error: progress, warnings, hints; none with `--quiet`. */
  note(text: string): void
  /** A line on standard error that `--quiet` does not silence. */
  warn(text: string): void
  /** Lines at the end of the terminal that are redrawn in place; nothing where no person looks. */
  live(lines: readonly string[]): void
}
