/** The gateway's URLs as clients write them. */
export interface ClientAddresses {
  /** For clients on this machine. */
  readonly here: string
  /** For clients elsewhere, where the gateway listens on every address. */
  readonly elsewhere?: string
}

/** `0.0.0.0` and `::` say where to listen and are no destination (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.2). */
const everyAddress = new Set(['0.0.0.0', '[::]'])

/** What clients connect to when the gateway listens at `url` on the machine `hostName`. */
export function clientAddresses(url: string, hostName: string): ClientAddresses {
  const { protocol, hostname, port } = new URL(url)
  if (!everyAddress.has(hostname)) return { here: url }
  const at = (host: string) => `${protocol}//${host}${port === '' ? '' : `:${port}`}`
  return { here: at('127.0.0.1'), elsewhere: at(hostName) }
}
