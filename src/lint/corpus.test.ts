import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readManifests } from '../manifests/index.ts'
import { applyEdits, lint, rules, type MendableFinding } from './index.ts'
import { fixturesOf, goldenOf, goldenPath } from './testing/corpus.ts'

const bad = fixturesOf('bad')
const good = fixturesOf('good')
/** The recorded reports together: which rules they tell of. */
const golden = bad.map((fixture) => (existsSync(goldenPath(fixture)) ? readFileSync(goldenPath(fixture), 'utf8') : ''))
const told = new Set(golden.flatMap((text) => Array.from(text.matchAll(/^\S+ \w+ ([\w-]+)$/gm), ([, rule]) => rule)))

describe('the corpus', () => {
  it('is large enough to mean something', () => {
    expect(bad.length + good.length).toBeGreaterThanOrEqual(80)
    expect(good.length).toBeGreaterThanOrEqual(25)
    expect(rules.length).toBeGreaterThanOrEqual(60)
  })

  // proves A10 (real part)
  it.each(bad.map((fixture) => [fixture.name, fixture] as const))(
    'finds in %s what was recorded: people’s mistakes are told, each in its place',
    (_name, fixture) => {
      expect(goldenOf(fixture)).toBe(readFileSync(goldenPath(fixture), 'utf8'))
    },
  )

  // proves A10 (real part)
  it.each(good.map((fixture) => [fixture.name, fixture] as const))(
    'finds nothing in %s: nobody is sent after a mistake that is none',
    (_name, { files }) => {
      expect(lint(files).findings.map(({ rule, line, message }) => `${line} ${rule} ${message}`)).toEqual([])
    },
  )

  it.each(rules.filter(({ asks }) => asks === undefined).map(({ id }) => [id]))(
    'has a mistake that only %s tells',
    (id) => {
      expect(told).toContain(id)
    },
  )
})

/** Applies every edit until none is left. */
function mend(files: ReturnType<typeof fixturesOf>[number]['files']) {
  let current = files
  for (let round = 0; round < 5; round += 1) {
    const edits = lint(current).findings.flatMap((finding: MendableFinding) => finding.edits ?? [])
    if (edits.length === 0) return { files: current, rounds: round }
    const { texts } = readManifests(current)
    current = current.map(({ path }) => ({
      path,
      content: applyEdits(
        texts.get(path) ?? '',
        edits.filter(({ file }) => file === path),
      ),
    }))
  }
  return { files: current, rounds: 5 }
}

describe('--fix', () => {
  const mendable = bad.filter(({ files }) => lint(files).findings.some(({ edits }) => edits !== undefined))

  it.each(mendable.map((fixture) => [fixture.name, fixture] as const))(
    'mends %s for good: nothing that it mends is left, and nothing new comes up',
    (_name, { files }) => {
      const before = new Set(lint(files).findings.map(({ rule }) => rule))
      const mended = mend(files)
      expect(mended.rounds).toBeLessThan(5)
      const after = lint(mended.files).findings
      expect(after.filter(({ edits }) => edits !== undefined)).toEqual([])
      expect(after.map(({ rule }) => rule).filter((rule) => !before.has(rule))).toEqual([])
    },
  )

  it.each(rules.filter(({ isFixable }) => isFixable === true).map(({ id }) => [id]))('mends what %s finds', (id) => {
    const edits = bad.flatMap(({ files }) =>
      lint(files, { rules: [id] }).findings.flatMap((finding) => finding.edits ?? []),
    )
    expect(edits.length).toBeGreaterThan(0)
  })

  it('says of every rule with edits that it mends', () => {
    const fixable = new Set(rules.filter(({ isFixable }) => isFixable === true).map(({ id }) => id))
    const mending = bad.flatMap(({ files }) =>
      lint(files).findings.flatMap(({ rule, edits }) => (edits === undefined ? [] : [rule])),
    )
    expect(mending.filter((rule) => !fixable.has(rule))).toEqual([])
  })
})
