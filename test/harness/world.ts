import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** The repository under test. */
export const repository = join(import.meta.dirname, '..', '..')

/** Downloads that tests share, so that one run fetches the engine and the model once. */
export const sharedCache = process.env['FAIRLEAD_TEST_CACHE'] ?? join(tmpdir(), 'fairlead-test-cache')

/** A finished process. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under way, with what it has said so far. */
export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  output(): string
}

/** A machine of one's own: an empty home, its own state, and a folder to work in. */
export interface World {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  /** Writes a file below the folder and returns its path. */
  write(name: string, content: string): Promise<string>
  /** Starts a program; it ends with the world. */
  start(program: string, args: readonly string[], options?: { cwd?: string; environment?: NodeJS.ProcessEnv }): Running
  /** Starts `fairlead` from this repository. */
  fairlead(...args: string[]): Running
  /** Ends every process that was started and removes the folder. */
  close(): Promise<void>
}

/** npm's own settings of the person who runs the tests (registry, proxy, credentials) also hold in an empty home. */
function npmSettings(): NodeJS.ProcessEnv {
  const file = process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc')
  return existsSync(file) ? { npm_config_userconfig: file } : {}
}

/** The environment without what `npm test` and vitest put into it. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VITEST|NODE_ENV|NODE_OPTIONS|XDG_|FAIRLEAD_|INIT_CWD|FORCE_COLOR|NO_COLOR)/.test(name),
  )
  return Object.fromEntries(kept)
}

/** Opens a world. `cache: 'shared'` uses the downloads that tests share, `'empty'` starts with none. */
export async function openWorld(options: { cache: 'shared' | 'empty' }): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-world-'))
  const home = join(folder, 'home')
  await mkdir(home)
  const environment: NodeJS.ProcessEnv = {
    ...outerEnvironment(),
    ...npmSettings(),
    HOME: home,
    ...(options.cache === 'shared' ? { XDG_CACHE_HOME: sharedCache } : {}),
  }
  const children = new Set<ChildProcess>()

  const start: World['start'] = (program, args, { cwd = folder, environment: extra = {} } = {}) => {
    const child = spawn(program, args, { cwd, env: { ...environment, ...extra }, stdio: ['pipe', 'pipe', 'pipe'] })
    children.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (piece) => (stdout += piece))
    child.stderr.on('data', (piece) => (stderr += piece))
    const finished = new Promise<Finished>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        children.delete(child)
        resolve({ code, signal, stdout, stderr })
      })
    })
    return { child, finished, output: () => `${stdout}${stderr}` }
  }

  return {
    folder,
    environment,
    start,
    async write(name, content) {
      const path = join(folder, name)
      await writeFile(path, content)
      return path
    },
    fairlead: (...args) => start(process.execPath, [join(repository, 'bin', 'fairlead.js'), ...args]),
    async close() {
      await Promise.all([...children].map((child) => stop(child)))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Ends a process: SIGTERM, and SIGKILL when it does not follow within 20 s. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  try {
    await gone
  } finally {
    clearTimeout(timer)
  }
}
