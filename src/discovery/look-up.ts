import { lookup } from 'node:dns/promises'

/**
 * Asks once for the IP addresses behind a host name: an empty list when the name has none now; a rejection when nobody
 * could say.
 */
export type LookUp = (host: string) => Promise<readonly string[]>

/** Answers that say that there is no address: EAI_NONAME and EAI_NODATA of getaddrinfo, NODATA of a resolver. */
const nobodyThere: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * Looks a name up as every other program of the machine does, by `getaddrinfo`: /etc/hosts, the search domains and
 * `ndots` of /etc/resolv.conf, TCP after a truncated answer. (`dns.resolve` of Node knows none of the first three, and
 * names such as `m-engines.lab.svc` need them in a pod.) `getaddrinfo` blocks a thread of libuv's pool, of which such
 * work may take half at the most, so it is for the control thread and never for a request.
 *
 * A name with IPv4 and IPv6 addresses gives the IPv4 ones only: in a dual-stack cluster each pod has one of either kind,
 * and must not be counted twice.
 */
export const lookUpByTheSystem: LookUp = async (host) => {
  try {
    const found = await lookup(host, { all: true, order: 'verbatim' })
    const version4 = found.filter(({ family }) => family === 4)
    return (version4.length > 0 ? version4 : found).map(({ address }) => address)
  } catch (error) {
    if (nobodyThere.has((error as NodeJS.ErrnoException).code)) return []
    throw error
  }
}
