import { UserError } from '../errors/index.ts'

/** Where a listener listens. */
export interface ListenAddress {
  /** Host name or IP address, without brackets. */
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
}

/** An address that cannot be listened on, and what to write. */
export interface ListenProblem {
  readonly message: string
  readonly suggestion: string
}

/** Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:0`; throws `UserError` for anything else. */
export function parseListenAddress(text: string): ListenAddress {
  const read = readListenAddress(text)
  if (!('message' in read)) return read
  throw new UserError({
    what: `${JSON.stringify(text)} is no address to listen on`,
    why: read.message,
    mend: read.suggestion,
  })
}

/** The same without throwing. */
export function readListenAddress(text: string): ListenAddress | ListenProblem {
  const scheme = /^[a-z]+:\/\/([^/]*)/i.exec(text)
  if (scheme !== null) return problem('expected host:port, not a URL', scheme[1])
  if (/^\d+$/.test(text)) return problem('expected host:port, not a port alone', `127.0.0.1:${text}`)
  if (/^[:*]/.test(text) && !text.startsWith('::')) {
    return problem(
      'expected a host before the port',
      `127.0.0.1${text.replace(/^\*/, '')} for this machine, 0.0.0.0${text.replace(/^\*/, '')} for all`,
    )
  }
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,7})$/.exec(text)
  if (match === null) {
    if ((text.match(/:/g) ?? []).length > 1)
      return problem('expected an IPv6 address in brackets, then a port', '[::1]:8080')
    return problem('expected host:port', /^[\w.-]+$/.test(text) ? `${text}:8080` : undefined)
  }
  const [, bracketed, name = '', portText = ''] = match
  const port = Number(portText)
  if (port > 65_535) return problem('expected a port up to 65535', undefined)
  const host = bracketed ?? name
  if (bracketed === undefined ? !isHostName(host) : !isIpv6(host))
    return problem('expected a host name or an IP address before the port', undefined)
  return { host, port }
}

/** Whether only this machine reaches a listener on `host`: 127.0.0.0/8 (RFC 1122), ::1, and localhost (RFC 6761). */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (/^127(\.\d{1,3}){3}$/.test(bare)) return isIpv4(bare)
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true
  if (!isIpv6(bare)) return false
  const canonical = new URL(`http://[${bare}]/`).hostname
  return canonical === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(canonical)
}

/** Whether text is a host name (RFC 1123 section 2.1) or an IP address, without brackets, port or scheme. */
export const isHost = (text: string): boolean => isHostName(text) || isIpv6(text)

/** Whether text is an IPv4 or an IPv6 address, without brackets. */
export const isIpAddress = (text: string): boolean => isIpv4(text) || isIpv6(text)

const problem = (message: string, example: string | undefined): ListenProblem => ({
  message,
  suggestion: `write ${example === undefined || example === '' ? 'an address such as 127.0.0.1:8080 or [::1]:8080' : example}`,
})

const isIpv4 = (host: string) =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split('.').every((part) => Number(part) <= 255)

function isIpv6(host: string): boolean {
  return host.includes(':') && /^[0-9a-f:.]+$/i.test(host) && URL.canParse(`http://[${host}]/`)
}

/** A host name (RFC 1123 section 2.1) or an IPv4 address; what is all digits and dots must be the latter. */
function isHostName(host: string): boolean {
  if (/^[\d.]+$/.test(host)) return isIpv4(host)
  return host.length <= 253 && /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\.?$/i.test(host)
}
