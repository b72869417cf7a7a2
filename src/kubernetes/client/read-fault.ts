import { ClusterError, type RequestSubject } from './cluster-error.ts'

/** A request that got no answer. */
export interface Fault {
  readonly error: ClusterError
  /** Whether the server has certainly seen nothing of it, so that even a write may be sent again. */
  readonly isUnsent: boolean
}

const unsent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])
const timeouts = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'])
/** Codes of OpenSSL and of Node's own check of names, and the alerts by which a server refuses a client's certificate. */
const certificate =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_SSL_.*(CERTIFICATE|ALERT)|HOSTNAME_MISMATCH|INVALID_CA)/

const words: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens there.',
  ENOTFOUND: 'The host name is not known.',
  EAI_AGAIN: 'The host name cannot be looked up now.',
  EHOSTUNREACH: 'There is no way to that host.',
  ENETUNREACH: 'There is no way to that network.',
  ECONNRESET: 'The connection was reset.',
  EPIPE: 'The connection was closed.',
  UND_ERR_SOCKET: 'The connection was closed before the answer was whole.',
  UND_ERR_CONNECT_TIMEOUT: 'Nobody answered in time.',
  UND_ERR_HEADERS_TIMEOUT: 'The answer did not begin in time.',
  UND_ERR_BODY_TIMEOUT: 'The answer stopped in the middle.',
}

/** The innermost code: what the system says, under what a library made of it. */
function codeOf(error: unknown): string {
  let code = ''
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    if ('code' in each && typeof each.code === 'string') ({ code } = each)
    // A host with several addresses fails with one error for each.
    if (each instanceof AggregateError && each.errors.length > 0) {
      const inner = codeOf(each.errors[0])
      if (inner !== '') return inner
    }
  }
  return code
}

/** What it means that a connection failed. */
export function readFault(cause: unknown, subject: RequestSubject, server: string): Fault {
  if (cause instanceof ClusterError) return { error: cause, isUnsent: false }
  const code = codeOf(cause)
  const message = words[code] ?? (cause instanceof Error && cause.message !== '' ? cause.message : String(cause))
  const isTimeout = timeouts.has(code) || (cause instanceof DOMException && cause.name === 'TimeoutError')
  const reason = certificate.test(code) ? 'certificate' : isTimeout && !unsent.has(code) ? 'timeout' : 'unreachable'
  return { error: new ClusterError({ reason, message, subject, server, cause }), isUnsent: unsent.has(code) }
}
