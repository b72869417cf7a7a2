import type { Readable } from 'node:stream'

/** Where a command reads from. */
export interface Input {
  readonly stream: Readable
  /** Whether a person types there. */
  readonly isTerminal: boolean
}
