// Runs every static check and says how long each took. All run, also after a failure; the exit code tells.
import { spawn } from 'node:child_process'

/** What is checked, by which command, and what to type when it fails. */
const steps = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt', '--check', '.'], mend: 'npm run format' },
  { name: 'layers', command: ['depcruise', '--config', '.dependency-cruiser.js', '--no-cache', 'src'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'generated files in date', command: ['node', 'scripts/generate.ts', '--check'], mend: 'npm run generate' },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'package', command: ['publint', '--strict'] },
]

/** Runs a command and resolves to its exit code and output. */
function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (piece) => (output += piece))
    child.stderr.on('data', (piece) => (output += piece))
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

let failed = 0
for (const step of steps) {
  const start = performance.now()
  const { code, output } = await run(step.command)
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5)
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${step.name}\n`)
  if (code !== 0) {
    failed += 1
    process.stdout.write(`${output.trimEnd()}\n`)
    if (step.mend) process.stdout.write(`mend it with: ${step.mend}\n`)
  }
}
process.stdout.write(failed === 0 ? 'All checks hold.\n' : `${failed} of ${steps.length} checks failed.\n`)
process.exitCode = failed === 0 ? 0 : 1
