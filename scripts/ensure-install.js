// Installs the npm dependencies of this clone when they are missing or stale. Runs on Node.js 18, without dependencies.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.js'

const cloneRoot = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** Changes whenever an installation for this machine would turn out otherwise. */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`)
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whether npm itself has installed what the lock file says, as its own record in node_modules tells. */
function isInstalledByHand(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages
  if (installed === undefined) return false
  const { dependencies = {}, devDependencies = {} } = readJson(join(root, 'package.json')) ?? {}
  const locked = { ...wanted['']?.dependencies, ...wanted['']?.devDependencies }
  const isLocked = Object.entries({ ...dependencies, ...devDependencies }).every(
    ([name, range]) => locked[name] === range,
  )
  const isPresent = ([path, { version, optional, devOptional }]) =>
    path === '' || (path in installed ? installed[path].version === version : optional === true || devOptional === true)
  return isLocked && Object.entries(wanted).every(isPresent)
}

/** Calls `npm`: the one that runs this script, else the one on PATH. */
function npm(root, args) {
  const own = process.env.npm_execpath
  const isNpm = own !== undefined && basename(own) === 'npm-cli.js'
  const [command, ...first] = isNpm ? [process.execPath, own] : ['npm']
  return spawnSync(command, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: !isNpm && process.platform === 'win32',
  })
}

// npm warns of packages that want the Node.js which is only now being installed; at this level it keeps to errors.
const options = ['--ignore-scripts', '--include=dev', '--include=optional', '--engine-strict=false', '--loglevel=error']

/**
 * `npm ci` refuses a lock file that lacks optional packages of other platforms, which is what npm writes when a registry
 * does not serve them. `npm install --no-save` installs the same versions from it and leaves the file as it is.
 */
function installFromLock(root) {
  const result = npm(root, ['ci', ...options])
  return /\bEUSAGE\b/.test(result.stderr ?? '') ? npm(root, ['install', '--no-save', ...options]) : result
}

function install(root) {
  const startedAt = Date.now()
  process.stderr.write('Installing the npm dependencies (npm ci --ignore-scripts) …\n')
  const result = installFromLock(root)
  if (result.error !== undefined || result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
    const reason = result.error?.message ?? `exit code ${result.status ?? result.signal}`
    throw new Error(`the npm dependencies cannot be installed (${reason}); mend what npm says above, then try again`)
  }
  process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`)
}

const onWait = (pid) => process.stderr.write(`Waiting for the installation that process ${pid} has begun …\n`)

/** Makes `node_modules` fit `package-lock.json`; does nothing, within milliseconds, when it does. */
export async function ensureInstall(root = cloneRoot) {
  const stamp = join(root, 'node_modules', '.fairlead-install')
  const wanted = fingerprint(root)
  const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isFresh()) return
  await withLock(join(root, '.cache', 'install.lock'), onWait, () => {
    if (isFresh()) return
    if (!isInstalledByHand(root)) install(root)
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeFileSync(stamp, wanted)
  })
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureInstall().catch((error) => {
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = 1
  })
}
