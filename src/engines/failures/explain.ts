import type { EngineName } from '../../fleet/index.ts'
import type { EngineExit, EngineFailure, FailureExplanation, FailureRank } from './contract.ts'
import { engineFailures } from './table.ts'

/** Longest text that is looked at, from the end of the log: a log may be any size, and its end tells most. */
const searchedChars = 1_000_000
/** Longest line that is looked at; what an engine says of its end stands at the beginning of a line. */
const searchedLineChars = 4_096
/** Longest line that is shown. */
const shownChars = 400

/** Signals by their number, for runtimes that say 128 + number (POSIX shell, section 2.8.2). */
const signals: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  9: 'SIGKILL',
  11: 'SIGSEGV',
}
/** The ranks that lines tell, the most telling first. */
const endRanks: readonly FailureRank[] = ['cause', 'symptom', 'end']
const lifeRanks: readonly FailureRank[] = [...endRanks, 'request']

interface Found {
  readonly failure: EngineFailure
  readonly line?: string
  readonly groups: Readonly<Record<string, string | undefined>>
}

/**
 * What the end of an engine most likely means: of its log lines and its exit, the best known explanation, with the line
 * that told it. A cause goes before what follows from one, and of two causes the later line counts, because it is nearer
 * to the end. Undefined where nothing is known. Any log may come: only its last million characters are looked at.
 * @param engine the engine that wrote it; undefined where it is not known, and then every engine's words count, as for the
 *   simulated one, which stands for any
 * @param lines its last lines, the oldest first
 * @param exit how it ended; empty while it lives
 */
export function explainFailure(
  engine: EngineName | undefined,
  lines: readonly string[],
  exit: EngineExit = {},
  failures: readonly EngineFailure[] = engineFailures,
): FailureExplanation | undefined {
  const known = failures.filter(
    ({ engines }) => engine === undefined || engine === 'simulated' || engines.length === 0 || engines.includes(engine),
  )
  const found = bestIn(lastLines(lines), known, hasEnded(exit) ? endRanks : lifeRanks) ?? fromExit(exit, known)
  return found === undefined ? undefined : explanationOf(found)
}

/** The lines within the limits, the latest first. */
function lastLines(lines: readonly string[]): string[] {
  const kept: string[] = []
  let chars = 0
  for (let index = lines.length - 1; index >= 0 && chars < searchedChars; index--) {
    const line = (lines[index] ?? '').slice(0, searchedLineChars)
    kept.push(line)
    chars += line.length + 1
  }
  return kept
}

const hasEnded = ({ code, signal, reason }: EngineExit) =>
  typeof code === 'number' || typeof signal === 'string' || reason !== undefined

function bestIn(
  latestFirst: readonly string[],
  failures: readonly EngineFailure[],
  ranks: readonly FailureRank[],
): Found | undefined {
  for (const rank of ranks) {
    const ranked = failures.filter((failure) => failure.rank === rank && failure.patterns.length > 0)
    for (const line of latestFirst) {
      for (const failure of ranked) {
        for (const pattern of failure.patterns) {
          const match = pattern.exec(line)
          if (match !== null) return { failure, line, groups: match.groups ?? {} }
        }
      }
    }
  }
  return undefined
}

function fromExit({ code, signal, reason }: EngineExit, failures: readonly EngineFailure[]): Found | undefined {
  const told = [reason, signal, typeof code === 'number' && code > 128 ? signals[code - 128] : undefined]
  for (const word of told) {
    const failure = failures.find(({ exits }) => typeof word === 'string' && exits?.includes(word) === true)
    if (failure !== undefined) return { failure, groups: {} }
  }
  return undefined
}

function explanationOf({ failure, line, groups }: Found): FailureExplanation {
  const { id, rank, mend, sources } = failure
  return {
    id,
    rank,
    meaning: fill(failure.meaning, groups),
    mend: fill(mend.text, groups),
    fields: mend.fields ?? [],
    ...(mend.command === undefined ? {} : { command: mend.command }),
    ...(line === undefined ? {} : { line: printable(line) }),
    source: sources[0],
  }
}

/** The text with what the pattern found; a sentence that lacks its part is left out. */
function fill(text: string, groups: Readonly<Record<string, string | undefined>>): string {
  return text
    .split(/(?<=[.;]) /)
    .filter((sentence) => [...sentence.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => groups[name] !== undefined))
    .join(' ')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => printable(groups[name] ?? ''))
}

/** Escape sequences of terminals, other control characters, and those that turn the direction of text. */
const unprintable = /\p{Cc}\[[0-9;?]{0,20}[A-Za-z]|[\p{Cc}\p{Bidi_Control}]/gu

/** Without what a log could write to the terminal of whoever reads it. */
function printable(text: string): string {
  const clean = text.replaceAll(unprintable, ' ').trim()
  return clean.length > shownChars ? `${clean.slice(0, shownChars)} …` : clean
}
