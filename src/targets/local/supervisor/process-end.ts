/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: string | null
  /** What we noticed ourselves and ended it for, or why it could not be started at all. */
  readonly problem?: string
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[]
}

/** The end in a few words: `exited with code 1`, `was ended by SIGKILL`. */
export function describeEnd(end: ProcessEnd): string {
  if (end.problem !== undefined) return end.problem
  if (end.signal !== null) return `was ended by ${end.signal}`
  return `exited with code ${end.code ?? 'unknown'}`
}
