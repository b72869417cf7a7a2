// Runs vitest with its output shown, and tells at the end what passed, what failed and what did not run.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { skippedLines } from './skipped-lines.js'

/** The root of this clone. */
export const root = fileURLToPath(new URL('..', import.meta.url))
const findNode = createRequire(import.meta.url)('../bin/find-node.js')

/** The Node.js that runs the tests: this one when it is new enough. */
function chooseNode() {
  if (findNode.fits(process.version)) return process.execPath
  const packaged = findNode.platformBinary(root)
  if (packaged !== undefined) return packaged
  const onPath = findNode.nodesOnPath(process.env.PATH)
  const fitting = onPath.find(({ version }) => findNode.fits(version))
  if (fitting === undefined) throw new Error(findNode.explainMissing(root, onPath).replace(/^error: /, ''))
  return fitting.binary
}

/** Runs vitest; resolves to its exit code. */
function runVitest(args, environment) {
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'test-reporter.js')}`]
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(chooseNode(), [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  })
  const forward = (signal) => child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]))
  })
}

const nothing = { passed: 0, failed: 1, failures: ['vitest did not come to its end'], skipped: [] }

/** Prints the end of a run; the very last line is the count. */
function tell({ passed, failed, failures, skipped }, skipFails) {
  const lines = []
  if (failures.length > 0) lines.push('', 'Failed:', ...failures.map((failure) => `  ${failure}`))
  if (skipped.length > 0) {
    lines.push('', 'Did not run:', ...skippedLines(skipped).map((line) => `  ${line}`))
    if (skipFails) lines.push('With CI=true what does not run is a failure.')
  }
  lines.push('', `${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Runs vitest with these arguments and further variables, and tells its end; resolves to the exit code. */
export async function runTests(args, environment) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-test-'))
  const summaryFile = join(folder, 'summary.json')
  try {
    const code = await runVitest(args, { ...process.env, ...environment, FAIRLEAD_TEST_SUMMARY: summaryFile })
    const summary = existsSync(summaryFile) ? JSON.parse(readFileSync(summaryFile, 'utf8')) : nothing
    const skipFails = process.env.CI === 'true' && summary.skipped.length > 0
    tell(summary, skipFails)
    return code !== 0 ? code : summary.failed > 0 || skipFails ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Sets the exit code to what `main` resolves to; tells of tests that did not even start. */
export async function exitWith(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`)
    tell({ ...nothing, failures: ['the tests did not start'] }, false)
    process.exitCode = 1
  }
}
