/** What containers tell about themselves, by which their Fleet is found again and its status read. */
export interface ComposeLabels {
  readonly fleet: string
  readonly model?: string
  /** `both`, `prefill`, `decode`. */
  readonly role?: string
  readonly engine?: string
  readonly component?: 'gateway'
  /** Further hosts whose engines the gateway asks, as `hostsLabel` writes them. */
  readonly hosts?: string
}

const prefix = 'dev.fairlead.'
const names = ['fleet', 'model', 'role', 'engine', 'component', 'hosts'] as const

/** As a service has them: reverse DNS, as Docker recommends. */
export function labelsOf(labels: ComposeLabels): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (labels[name] === undefined ? [] : [[`${prefix}${name}`, labels[name]]])),
  )
}

/** The key of a label, for filters. */
export const labelKey = (name: (typeof names)[number]): string => `${prefix}${name}`

/** Hosts by name and address, as a label has them: `gpu-1=10.0.0.11 gpu-2=gpu-2.lab`; absent where there are none. */
export const hostsLabel = (
  hosts: readonly { readonly name: string; readonly address: string }[],
): string | undefined =>
  hosts.length === 0 ? undefined : hosts.map(({ name, address }) => `${name}=${address}`).join(' ')

/** Names of hosts by their addresses as URLs have them, from such a label. */
export const hostsInLabel = (label: string): ReadonlyMap<string, string> =>
  new Map(
    label.split(' ').flatMap((entry): [string, string][] => {
      const [name = '', address = ''] = entry.split('=')
      const url = URL.parse(`http://${address.includes(':') ? `[${address}]` : address}`)
      return url === null ? [] : [[url.hostname, name]]
    }),
  )
