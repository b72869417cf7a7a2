import type { UserErrorParts } from '../../errors/index.ts'

/** Fields that Node puts on an error of the operating system. */
interface SystemError extends Error {
  readonly code: string
  readonly syscall?: string
  readonly path?: string
  readonly address?: string
  readonly hostname?: string
  readonly port?: number
}

const endpointOf = ({ address, hostname, port }: SystemError) => {
  const host = address ?? hostname
  if (host === undefined) return undefined
  const printable = host.includes(':') ? `[${host}]` : host
  return port === undefined ? printable : `${printable}:${port}`
}

const noConnection =
  (what: string, why: string) =>
  (error: SystemError): UserErrorParts => ({
    what: endpointOf(error) === undefined ? what : `${what} at ${endpointOf(error)}`,
    why,
    mend: 'Check the address, and that the server runs.',
  })

const file =
  (what: string, mend: string) =>
  (error: SystemError): UserErrorParts => ({
    what: error.path === undefined ? what : `${what}: ${error.path}`,
    mend,
  })

const moreSpace =
  'Free some space, or set XDG_CACHE_HOME (engines, models) or XDG_STATE_HOME (logs) to a folder on another disk.'

/** The explanation of an error that means something else when it is a folder that was to be made. */
const folderOr =
  (ofFolder: (error: SystemError) => UserErrorParts, ofFile: (error: SystemError) => UserErrorParts) =>
  (error: SystemError): UserErrorParts =>
    error.syscall === 'mkdir' ? ofFolder(error) : ofFile(error)

/** What people are told for errors of the operating system that they can mend (errno(3), Node's dns errors). */
const explanations: Record<string, (error: SystemError) => UserErrorParts> = {
  EADDRINUSE: (error) => ({
    what: `Port ${error.port ?? ''} is taken`.replace('  ', ' '),
    ...(endpointOf(error) === undefined ? {} : { where: endpointOf(error) ?? '' }),
    why: 'Another process listens there.',
    mend: 'Choose another port with --port, or stop that process.',
  }),
  EADDRNOTAVAIL: (error) => ({
    what: `This machine has no address ${error.address ?? ''}`.trimEnd(),
    mend: 'Listen on 127.0.0.1, 0.0.0.0 or an address of this machine.',
  }),
  ECONNREFUSED: noConnection('Nothing listens', 'The connection was refused.'),
  ECONNRESET: noConnection('The connection broke', 'The other side closed it.'),
  ETIMEDOUT: noConnection('No answer', 'The connection timed out.'),
  EHOSTUNREACH: noConnection('There is no way to the host', 'The host cannot be reached.'),
  ENETUNREACH: noConnection('There is no way to the network', 'The network cannot be reached.'),
  ENOTFOUND: (error) => ({
    what: `There is no host ${error.hostname ?? ''}`.trimEnd(),
    why: 'Its name cannot be resolved.',
    mend: 'Check the spelling, and that this machine has a network.',
  }),
  EAI_AGAIN: (error) => ({
    what: `The name ${error.hostname ?? ''} cannot be resolved now`.replace('  ', ' '),
    why: 'The name server does not answer.',
    mend: 'Check that this machine has a network, then try again.',
  }),
  ENOSPC: file('The disk is full', moreSpace),
  EDQUOT: file('The disk quota is used up', moreSpace),
  EROFS: file('The file system is read-only', 'Choose a folder that can be written.'),
  EACCES: file('Permission denied', 'Check who owns it, or choose another path.'),
  EPERM: file('The operation is not permitted', 'Check who owns it, or choose another path.'),
  ENOENT: folderOr(
    file('The folder cannot be created', 'Choose a folder on a file system that can be written.'),
    file('There is no such file', 'Check the path.'),
  ),
  EEXIST: folderOr(
    file('The folder cannot be created, because a file is in its place', 'Choose another path.'),
    file('There is such a file already', 'Choose another path, or remove it.'),
  ),
  ENAMETOOLONG: file('The path is too long', 'Choose a shorter one.'),
  ELOOP: file('The path leads through too many symbolic links', 'Check the links with `ls -l`.'),
  ENOTDIR: file('A part of the path is a file, not a folder', 'Check the path.'),
  EISDIR: file('It is a folder, not a file', 'Name a file in it.'),
  EMFILE: file('Too many open files', 'Raise the limit with `ulimit -n 4096`.'),
  ENFILE: file('The machine has too many open files', 'Close other programs.'),
  ENOMEM: file('The machine is out of memory', 'Close other programs, or choose a smaller model or context.'),
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error

/** The explanation of an error of the operating system; undefined for every other. */
export function explainSystemError(error: unknown): UserErrorParts | undefined {
  if (!isSystemError(error) || !Object.hasOwn(explanations, error.code)) return undefined
  return explanations[error.code]?.(error)
}
