import type { EngineName } from '../../fleet/index.ts'
import type { FactSource } from '../contracts/facts.ts'

/** How a process that ran an engine ended, as a supervisor or a container runtime tells it. */
export interface EngineExit {
  readonly code?: number | null
  /** Name of the signal that ended it, such as `SIGKILL`. */
  readonly signal?: string | null
  /** What a container runtime says: `OOMKilled`, `Error`, `ContainerCannotRun`. */
  readonly reason?: string
}

/**
 * How much a match tells. A `cause` is the root of the matter; a `symptom` follows from one and counts only where no
 * cause is found; an `end` says only that it died; a `request` fails alone, ends no engine, and counts only while
 * the engine lives.
 */
export type FailureRank = 'cause' | 'symptom' | 'end' | 'request'

/** What to do about a failure. */
export interface FailureMend {
  /** One or two sentences. `{name}` stands for what the pattern's group of that name found; a sentence whose group found nothing is left out. */
  readonly text: string
  /** The fields of the Fleet that change it, the first one first, as `models[].context`. */
  readonly fields?: readonly string[]
  /** A command that shows more. */
  readonly command?: string
}

/** A way in which engines are known to fail. */
export interface EngineFailure {
  /** Stable name in lower case, such as `kv-cache-too-small`. */
  readonly id: string
  /** The engines that say it; every engine when empty. */
  readonly engines: readonly EngineName[]
  readonly rank: FailureRank
  /** Any of these found in a line. None for a failure that only the exit tells. No pattern backtracks: logs are hostile. */
  readonly patterns: readonly RegExp[]
  /** The exits that tell it: a signal, or what a container runtime says. */
  readonly exits?: readonly string[]
  /** What it means, as the end of “it ended because …”: no capital, no full stop. */
  readonly meaning: string
  readonly mend: FailureMend
  /** Where the text was read: a line of the source, an issue, a recording. At least one. */
  readonly sources: readonly [FactSource, ...FactSource[]]
}

/** What is known of a failure, with the line that told it. */
export interface FailureExplanation {
  readonly id: string
  readonly rank: FailureRank
  readonly meaning: string
  readonly mend: string
  readonly fields: readonly string[]
  readonly command?: string
  /** The line that told it, without control characters, cut to 400; absent where the exit told it. */
  readonly line?: string
  readonly source: FactSource
}
