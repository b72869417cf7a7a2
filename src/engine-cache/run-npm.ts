import { spawn } from 'node:child_process'
import { UserError } from '../errors/index.ts'
import type { Environment } from '../files/index.ts'
import { explainNpmFailure } from './npm-failure.ts'

/** Enough to tell what went wrong. */
const maxOutputBytes = 64 * 1024

/**
 * Runs `npm ci` in `folder`, without install scripts. npm is asked because it knows the person's registry, proxy and
 * credentials. After an abort it is killed, and the promise rejects once it is gone.
 * @throws UserError when npm is missing or fails.
 */
export async function runNpmCi(
  folder: string,
  subject: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--omit=dev',
    '--omit=peer',
    // Files that could not be unpacked are told as warnings only.
    '--loglevel=warn',
    // A registry that cannot be reached is told after seconds, not minutes.
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
    // npm hands its own project to what it runs (npm_config_local_prefix); this folder must win over that.
    `--prefix=${folder}`,
  ]
  const child = spawn('npm', args, {
    cwd: folder,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm is a .cmd file on Windows, which only a shell starts.
    shell: process.platform === 'win32',
  })
  const kill = () => child.kill('SIGTERM')
  signal.addEventListener('abort', kill, { once: true })
  try {
    let output = ''
    const keep = (piece: Buffer) => {
      output = (output + piece.toString()).slice(-maxOutputBytes)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    }).catch((error: NodeJS.ErrnoException) => {
      throw npmMissing(subject, error)
    })
    signal.throwIfAborted()
    // npm 11 exits 0 although the disk was full while it unpacked (tried on a tmpfs of 20 MB).
    if (exitCode !== 0 || output.includes('TAR_ENTRY_ERROR'))
      throw new UserError(explainNpmFailure(subject, output, exitCode))
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

function npmMissing(subject: string, cause: NodeJS.ErrnoException): UserError {
  return new UserError({
    what: `${subject} could not be installed.`,
    why: cause.code === 'ENOENT' ? 'npm is not on PATH.' : `npm cannot be started: ${cause.message}`,
    mend: 'Install Node.js with npm, or install llama.cpp yourself, so that `llama-server` is on PATH. This shows whether npm is there:',
    command: 'npm --version',
    cause,
  })
}
