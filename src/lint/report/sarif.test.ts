import { describe, expect, it } from 'vitest'
import { lint } from '../run.ts'
import { rules } from '../rules/index.ts'
import { fixturesOf } from '../testing/corpus.ts'
import { sarifProblems } from '../testing/sarif-schema.ts'
import { toSarif } from './sarif.ts'

// proves A10 (real part)
describe('findings as SARIF', () => {
  it('are a log by the schema of SARIF 2.1.0, for everything that is found in the corpus', () => {
    const findings = fixturesOf('bad').flatMap(({ files }) => lint(files).findings)
    expect(findings.length).toBeGreaterThan(100)
    expect(sarifProblems(toSarif(findings, rules, '0.1.0'))).toEqual([])
  })

  it('are a log also where nothing is found, and where a path has blanks and letters of its own', () => {
    expect(sarifProblems(toSarif([], rules, '0.1.0'))).toEqual([])
    const [file] = fixturesOf('bad').find(({ name }) => name === 'bad/dead-flags.sh')?.files ?? []
    const { findings } = lint([{ path: '.\\größe 1/start.sh', content: file?.content ?? '' }])
    expect(findings.length).toBeGreaterThan(0)
    expect(sarifProblems(toSarif(findings, rules, '0.1.0'))).toEqual([])
    expect(JSON.stringify(toSarif(findings, rules, '0.1.0'))).toContain('gr%C3%B6%C3%9Fe%201/start.sh')
  })

  it('would be told apart from what is no log', () => {
    expect(sarifProblems({ version: '2.1.0' })).not.toEqual([])
    const log = { version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'fatal' }] }] }
    expect(sarifProblems(log)).not.toEqual([])
  })
})
