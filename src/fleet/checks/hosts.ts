import { formatPath, type FieldPath } from '../diagnostic.ts'
import { didYouMean } from '../explain/did-you-mean.ts'
import { quote } from '../explain/found.ts'
import { isHost, isLoopback } from '../listen-address.ts'
import type { FleetDocument } from '../schema/fleet-document.ts'
import type { Check, Finding } from './check.ts'

/** Targets that know several plain hosts. */
const targets = ['local', 'compose'] as const

const hostsOf = ({ targets: settings }: FleetDocument, target: (typeof targets)[number]) =>
  settings[target].hosts.map(({ name, address }, index): { name: string; address: string; path: FieldPath } => ({
    name,
    address,
    path: ['targets', target, 'hosts', index],
  }))

/** Further hosts have addresses at which another machine reaches them, each its own. */
export const hostsHaveAddresses: Check = ({ fleet }) =>
  targets.flatMap((target) => {
    const hosts = hostsOf(fleet, target)
    return hosts.flatMap(({ address, path: of }, index): Finding[] => {
      const path = [...of, 'address']
      if (!isHost(address)) return [{ path, ...notAHost(address) }]
      if (isLoopback(address) || /^(?:0\.0\.0\.0|::)$/.test(address)) {
        return [
          {
            path,
            message: `${quote(address)} leads nobody to another machine`,
            suggestion: 'write the name or the IP address at which the gateway reaches this host',
          },
        ]
      }
      const first = hosts.findIndex((other) => plain(other.address) === plain(address))
      if (first === index) return []
      return [
        {
          path,
          message: `${quote(address)} is the address of ${formatPath(hosts[first]?.path ?? [])} too`,
          suggestion: 'make one host of the two',
          from: [[...(hosts[first]?.path ?? []), 'address']],
        },
      ]
    })
  })

/** Host names are alike whatever their case, with a dot at their end or without (RFC 4343, RFC 1034 section 3.1). */
const plain = (address: string) => address.toLowerCase().replace(/\.$/, '')

function notAHost(address: string): Omit<Finding, 'path'> {
  const bare =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@]*@)?(\[[^\]]*\]|[^:/]*)/i.exec(address)?.[1]?.replace(/^\[|\]$/g, '') ?? ''
  return {
    message: `expected a host name or an IP address, found ${quote(address)}`,
    suggestion: `write ${isHost(bare) ? bare : 'one such as 10.0.0.11'}, without scheme and port`,
  }
}

/** Models are placed on hosts that the Fleet has, each named once. */
export const placementsNameHosts: Check = ({ fleet }) => {
  const hosts = targets.flatMap((target) => hostsOf(fleet, target))
  const from = hosts.map(({ path }): FieldPath => path.concat('name'))
  const known = [...new Set(hosts.map(({ name }) => name))]
  return fleet.models.flatMap(({ placement }, model) =>
    placement.hosts.flatMap((name, place): Finding[] => {
      const path = ['models', model, 'placement', 'hosts', place]
      if (placement.hosts.indexOf(name) < place) {
        return [{ path, message: `${quote(name)} stands here twice`, suggestion: 'remove one of the two' }]
      }
      // Without any hosts, each target says what becomes of it.
      if (known.length === 0 || known.includes(name)) return []
      const near = didYouMean(name, known)
      return [
        {
          path,
          message: `no host of this Fleet is called ${quote(name)}`,
          suggestion: near === undefined ? `the hosts are ${known.slice(0, 12).join(', ')}` : `did you mean ${near}?`,
          from,
        },
      ]
    }),
  )
}
