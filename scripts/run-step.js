// Runs one long step of preparing a machine for tests, with its last line of output told now and then.
import { spawn } from 'node:child_process'

const tellEveryMs = 15_000
/** Of a failing step's output. */
const keptCharacters = 8_000

/**
 * Runs a command and resolves to its output. Rejects when it fails or takes longer than `limitMs`; then all that it started ends.
 * `title` begins every line that is told.
 */
export function runStep(title, command, args, { limitMs, ...options }) {
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  process.stderr.write(`${title} …\n`)
  // A killed shell would leave its children; a group of its own ends whole.
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  const keep = (piece) => (output = `${output}${piece}`.slice(-keptCharacters))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const lastLine = () => output.trim().split('\n').at(-1)?.trim() ?? ''
  const endGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  const telling = setInterval(
    () => process.stderr.write(`  ${seconds()} s  ${lastLine().slice(0, 100)}\n`),
    tellEveryMs,
  )
  const limit = setTimeout(endGroup, limitMs)
  process.once('exit', endGroup)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output.trim())
      else if (signal !== null) reject(new Error(`${title}: not done after ${seconds()} s`))
      else reject(new Error(`${title}: ${command} exited with ${code}\n${output.trim()}`))
    })
  }).finally(() => {
    clearInterval(telling)
    clearTimeout(limit)
    process.off('exit', endGroup)
  })
}
