import { constants } from 'node:os'

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

/** A watchdog or a shell tells that a signal ended what it ran by the code 128 + its number (POSIX shell, section 2.8.2). */
export function endOf(code: number | null, signal: string | null): Pick<ProcessEnd, 'code' | 'signal'> {
  const [name] = Object.entries(constants.signals).find(([, number]) => code === 128 + number) ?? []
  return name === undefined ? { code, signal } : { code: null, signal: name }
}
