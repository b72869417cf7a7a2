import { readManifests, type ManifestSet, type SourceFile } from '../manifests/index.ts'
import type { LintOptions, LintReport, MendableFinding, Report, Rule } from './contract.ts'
import { rules as allRules } from './rules/index.ts'
import { subjectOf } from './subject/subject.ts'
import { suppress } from './suppress/suppress.ts'

/** Reads files together and checks them with every rule, or with those that are asked for. */
export function lint(files: readonly SourceFile[], options: LintOptions = {}): LintReport {
  return lintManifests(readManifests(files), options)
}

/** Checks manifests that are already read. */
export function lintManifests(manifests: ManifestSet, options: LintOptions = {}): LintReport {
  const wanted = options.rules === undefined ? undefined : new Set(options.rules)
  const rules = wanted === undefined ? allRules : allRules.filter(({ id }) => wanted.has(id))
  const subject = subjectOf(manifests, options.online)
  const found = rules.flatMap((rule) => Array.from(rule.check(subject), (report) => toFinding(rule, report)))
  const { kept, suppressedCount } = suppress(dropRepeated(found), {
    texts: manifests.texts,
    suppressions: options.suppressions ?? [],
    wanted,
    knownRules: new Set(allRules.map(({ id }) => id)),
  })
  return { findings: [...kept].sort(byPlace), suppressedCount, fileCount: manifests.texts.size }
}

function toFinding(rule: Rule, report: Report): MendableFinding {
  const { file, line, column } = report.at
  return {
    rule: rule.id,
    severity: report.severity ?? rule.severity,
    file,
    line,
    column,
    message: report.message,
    why: report.why ?? rule.why,
    fix: report.fix ?? rule.mend,
    ...(report.edits === undefined || report.edits.length === 0 ? {} : { edits: report.edits }),
  }
}

/** One finding a rule, place and message: two views of one line tell the same. */
function dropRepeated(findings: readonly MendableFinding[]): readonly MendableFinding[] {
  const seen = new Set<string>()
  return findings.filter(({ rule, file, line, column, message }) => {
    const key = JSON.stringify([rule, file, line, column, message])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function byPlace(a: MendableFinding, b: MendableFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
}
