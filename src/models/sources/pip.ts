import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Environment } from '../../files/index.ts'
import { pipFailure, type PipRun } from './pip-errors.ts'

/** A wheel to fetch. */
export interface PipDownload {
  /** `package==version`, both checked by the parser of sources. */
  readonly requirement: string
  /** An empty folder of this download's own. */
  readonly folder: string
  /** A folder on the same disk that outlives the download: named when there is no room. */
  readonly storeFolder: string
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Called once pip says how large the wheel is; what it throws ends pip. */
  readonly onSize: (bytes: number) => Promise<void>
  readonly onProgress: (doneBytes: number) => void
}

/** Names of Python on PATH, best first. */
const pythons = ['python3', 'python'] as const
const progressEveryMs = 200
const keptLines = 40
const unitBytes = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 } as const

/** Reads the size in pip's line `Downloading x.whl (92.9 MB)`, in steps of 1000. */
function parsePipSize(line: string): number | undefined {
  const [, amount, unit] = /^\s*Downloading \S+\.whl(?:\.metadata)? \(([\d.]+) (bytes|kB|MB|GB)\)/.exec(line) ?? []
  if (amount === undefined || unit === undefined || line.includes('.metadata ')) return undefined
  return Math.round(Number(amount) * unitBytes[unit as keyof typeof unitBytes])
}

/**
 * Downloads one wheel with the person's own pip, which knows their index, proxy and credentials.
 * @returns The wheel's path inside `folder`; undefined where there is no Python.
 */
export async function pipDownload(download: PipDownload): Promise<string | undefined> {
  const temporary = join(download.folder, 'tmp')
  const target = join(download.folder, 'wheel')
  await mkdir(temporary, { recursive: true })
  await mkdir(target, { recursive: true })
  const args = ['download', '--no-deps', '--only-binary=:all:', '--dest', target, '--', download.requirement]
  const shown = `python3 -m pip download --no-deps --only-binary=:all: ${download.requirement}`
  const run = await runFirst(download, temporary, args)
  if (run === undefined) return undefined
  const wheel = (await readdir(target)).find((name) => name.endsWith('.whl'))
  if (run.exitCode !== 0 || wheel === undefined)
    throw await pipFailure(run, download.requirement, shown, download.storeFolder)
  return join(target, wheel)
}

async function runFirst(
  download: PipDownload,
  temporary: string,
  args: readonly string[],
): Promise<PipRun | undefined> {
  for (const python of pythons) {
    const run = await runPip(python, download, temporary, args)
    if (run !== undefined) return run
  }
  return undefined
}

/** Undefined when there is no such Python. */
async function runPip(
  python: string,
  download: PipDownload,
  temporary: string,
  args: readonly string[],
): Promise<PipRun | undefined> {
  download.signal.throwIfAborted()
  const common = ['--no-input', '--disable-pip-version-check', '--no-cache-dir', '--no-color', '--progress-bar', 'off']
  const [verb = '', ...rest] = args
  const child = spawn(python, ['-m', 'pip', verb, ...common, ...rest], {
    // Python looks for modules in the current folder first: an empty one of ours holds no surprise.
    cwd: temporary,
    env: { ...download.environment, TMPDIR: temporary, PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: download.signal,
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  ended.catch(() => undefined)
  const gone = child.pid === undefined ? null : new Promise((resolve) => child.once('exit', resolve))
  try {
    return await watchPip(child, ended, download, temporary)
  } catch (error) {
    download.signal.throwIfAborted()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  } finally {
    child.kill('SIGKILL')
    // Until then it may write to the folder, which is removed next.
    await gone
  }
}

async function watchPip(
  child: ChildProcess,
  ended: Promise<[number | null]>,
  download: PipDownload,
  temporary: string,
): Promise<PipRun> {
  const lines: string[] = []
  const failed = Promise.withResolvers<never>()
  let wheelBytes: number | undefined
  const onLine = (line: string): void => {
    lines.push(line.slice(0, 2000))
    if (lines.length > keptLines) lines.shift()
    const size = parsePipSize(line)
    if (size === undefined) return
    wheelBytes = size
    download.onSize(size).catch(failed.reject)
  }
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine)
  }
  const timer = setInterval(() => {
    folderBytes(temporary).then(download.onProgress, () => undefined)
  }, progressEveryMs)
  try {
    const [exitCode] = await Promise.race([ended, failed.promise])
    return { exitCode, lines, wheelBytes }
  } finally {
    clearInterval(timer)
  }
}

/** Bytes of the wheels in pip's temporary folder; they appear in a folder of their own in it. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = names
    .filter((name) => name.endsWith('.whl'))
    .map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
