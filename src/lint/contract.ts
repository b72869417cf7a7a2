import type { Position } from '../manifests/contract.ts'
import type { OnlineFacts } from './subject/online-facts.ts'
import type { Subject } from './subject/subject.ts'

export type { OnlineAnswer, OnlineFacts } from './subject/online-facts.ts'

/** How bad it is: an error does not work or harms, a warning works until it does not, a note is advice. */
const severities = ['error', 'warning', 'note'] as const
/** One of the severities. */
export type Severity = (typeof severities)[number]

/** What `fairlead lint` tells about one place; exactly these fields are printed as JSON. */
export interface Finding {
  /** Id of the rule, such as `vllm-removed-flag`. */
  readonly rule: string
  readonly severity: Severity
  /** Path as it was given. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 code units. */
  readonly column: number
  /** What is wrong here, in one sentence, with the offending name. */
  readonly message: string
  /** What happens because of it. */
  readonly why: string
  /** What to write instead. */
  readonly fix: string
}

/** A change of one file's text: the characters from `start` up to `end` become `text`. Offsets are UTF-16 code units. */
export interface Edit {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A finding with the edits that mend it, where a safe mend is known. */
export interface MendableFinding extends Finding {
  readonly edits?: readonly Edit[]
}

/** What a rule says about one place; what it leaves out comes from the rule. */
export interface Report {
  readonly at: Position
  readonly message: string
  readonly why?: string
  readonly fix?: string
  /** Only where the rule has another severity for this case. */
  readonly severity?: Severity
  readonly edits?: readonly Edit[]
}

/** Where a rule's claim can be checked. */
export interface Reference {
  /** Project, document or file, and version, such as `vLLM v0.12 release notes`. */
  readonly title: string
  readonly url: string
}

/** A rule as data, with the pure function that looks. */
export interface Rule {
  /** Kebab-case, unique, stable: people write it into suppressions. */
  readonly id: string
  readonly severity: Severity
  /** What the rule finds, in one sentence. */
  readonly what: string
  /** Why that is a mistake. */
  readonly why: string
  /** From which version of which project the rule holds, such as `vLLM 0.10`; `always` where it never was different. */
  readonly since: string
  /** What to do about it. */
  readonly mend: string
  /** Whether `--fix` may mend it. */
  readonly isFixable?: boolean
  readonly references: readonly [Reference, ...Reference[]]
  /** Who has to have been asked (`--online`); without an answer it finds nothing. */
  readonly asks?: 'hub' | 'registry'
  check(subject: Subject): Iterable<Report>
}

/** Rules switched off for paths, with the reason that a reader is owed. */
export interface Suppression {
  /** Ids of rules; `*` is not one. */
  readonly rule: string
  /** Glob over paths, such as `legacy/*.yaml`; everywhere when absent. */
  readonly path?: string
  readonly reason: string
}

/** What a run may be told. */
export interface LintOptions {
  readonly online?: OnlineFacts

  /** Only these rules; all when absent. */
  readonly rules?: readonly string[]
  readonly suppressions?: readonly Suppression[]
}

/** What a run found. */
export interface LintReport {
  /** Sorted by file, line, column, rule; suppressed ones are left out. */
  readonly findings: readonly MendableFinding[]
  /** Findings that a comment or the configuration silences. */
  readonly suppressedCount: number
  readonly fileCount: number
}
