import type { Environment } from '../files/index.ts'
import type { CommandStreams, findTarget } from '../operate/index.ts'
import type { Input } from './input.ts'

/** One stream that is written to. */
export interface Sink {
  readonly isTerminal: boolean
  write(text: string): void
  /** Columns of the terminal; undefined where there is none. */
  columns(): number | undefined
}

/** The process as the command line sees it; a test gives another one. */
export interface World {
  readonly stdin: Input
  readonly stdout: Sink
  readonly stderr: Sink
  readonly environment: Environment
  readonly workingFolder: string
  /** Fires at SIGINT and SIGTERM with a `Stop` as its reason. */
  readonly signal: AbortSignal
  /** Fires when such a signal comes again. */
  readonly killSignal: AbortSignal
  /** The process’s streams as a command elsewhere gets them. */
  readonly attachedStreams: () => CommandStreams
  /** How targets are found; a test gives its own. */
  readonly findTarget?: typeof findTarget
}

/** Why the process is to end. */
export interface Stop {
  readonly kind: 'stop'
  readonly cause: 'SIGINT' | 'SIGTERM' | 'output-closed'
}

/** The reason of an aborted signal as a `Stop`; an abort without one counts as Ctrl-C. */
export function stopOf(signal: AbortSignal): Stop {
  const reason: unknown = signal.reason
  const isStop = typeof reason === 'object' && reason !== null && 'kind' in reason && reason.kind === 'stop'
  return isStop ? (reason as Stop) : { kind: 'stop', cause: 'SIGINT' }
}
