import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-summary-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs vitest on one file with the reporter of `npm test`. */
async function summarise(source: string, ...args: readonly string[]): Promise<unknown> {
  writeFileSync(join(folder, 'x.test.js'), source)
  const summary = join(folder, 'summary.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporter = join(root, 'scripts', 'test-reporter.js')
  const env = { ...process.env, FAIRLEAD_TEST_SUMMARY: summary }
  await new Promise((resolve) => {
    execFile(
      process.execPath,
      [vitest, 'run', '--root', folder, `--reporter=${reporter}`, ...args],
      { cwd: folder, env },
      resolve,
    )
  })
  return JSON.parse(readFileSync(summary, 'utf8'))
}

const header = "import { beforeAll, describe, expect, it } from 'vitest'\n"

describe('the end of `npm test`', () => {
  it('counts everything and gives the reason of what did not run', async () => {
    const source = `${header}
      it('passes', () => {})
      it('fails', () => expect(1).toBe(2))
      it('cannot run', (ctx) => ctx.skip('no GPU here'))
      it.skip('is skipped', () => {})
      it.todo('is missing')
      describe('group', () => {
        beforeAll(() => { throw new Error('the server did not start') })
        it('never begins', () => {})
      })`
    expect(await summarise(source)).toEqual({
      passed: 1,
      failed: 2,
      failures: [
        'x.test.js > group: the server did not start',
        expect.stringMatching(/^x\.test\.js > fails: expected 1 to be 2/),
      ],
      skipped: [
        { name: 'x.test.js > cannot run', reason: 'no GPU here' },
        { name: 'x.test.js > is skipped', reason: 'skipped without a reason' },
        { name: 'x.test.js > is missing', reason: 'not written yet' },
        { name: 'x.test.js > group > never begins', reason: 'its set-up failed or the run ended before it' },
      ],
    })
  })

  it('does not list what a person left out by a pattern', async () => {
    const source = `${header} it('wanted', () => {}); it('other', () => {})`
    expect(await summarise(source, '-t', 'wanted')).toMatchObject({ passed: 1, skipped: [] })
  })

  it('counts a file that cannot be loaded as a failure', async () => {
    expect(await summarise("throw new Error('broken file')")).toMatchObject({
      passed: 0,
      failures: ['x.test.js: broken file'],
    })
  })

  it('says once what many tests lack, so that the end stays readable', async () => {
    const { skippedLines } = (await import(join(root, 'scripts', 'skipped-lines.js'))) as {
      skippedLines(skipped: readonly { name: string; reason: string }[]): string[]
    }
    const cluster = ['a', 'b', 'c', 'd'].map((name) => ({
      name: `test/cluster/${name}.test.ts > takes it`,
      reason: 'no Kubernetes API server',
    }))
    const other = { name: 'test/x.test.ts > runs', reason: 'no GPU here' }
    expect(skippedLines([...cluster, other])).toEqual([
      '4 tests of test/cluster/a.test.ts, test/cluster/b.test.ts, test/cluster/c.test.ts, test/cluster/d.test.ts: no Kubernetes API server',
      'test/x.test.ts > runs: no GPU here',
    ])
  })
})
