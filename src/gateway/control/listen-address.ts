import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { isLoopback, type ListenAddress } from '../../fleet/index.ts'
import { authorityOf } from './authority.ts'

/** What replaces the Fleet's address, from the command line. */
export type ListenOverride = { readonly [Part in keyof ListenAddress]?: ListenAddress[Part] | undefined }

/** The address with what the command line says in its place. */
export function overrideAddress(address: ListenAddress, override: ListenOverride = {}): ListenAddress {
  return { host: override.host ?? address.host, port: override.port ?? address.port }
}

/** The admin listener's address where the Fleet names none: loopback, the next port; a free one beside a free one. */
export function defaultAdminAddress(listen: ListenAddress): ListenAddress {
  return { host: '127.0.0.1', port: listen.port === 0 ? 0 : (listen.port % 65_535) + 1 }
}

/**
 * Whether the admin listener serves everybody who reaches it, wherever it listens: what `--admin-open` or
 * FAIRLEAD_ADMIN_OPEN say.
 * @throws UserError for a value that is neither yes nor no
 */
export function isAdminMeantOpen(option: boolean | undefined, environment: Environment): boolean {
  const value = environment['FAIRLEAD_ADMIN_OPEN'] ?? ''
  if (!['', '0', '1', 'false', 'true'].includes(value)) {
    throw new UserError({
      what: 'FAIRLEAD_ADMIN_OPEN says neither yes nor no',
      where: '$FAIRLEAD_ADMIN_OPEN',
      why: `It is ${JSON.stringify(value)}.`,
      mend: 'Set it to true or false, or unset it.',
    })
  }
  return option === true || value === '1' || value === 'true'
}

/**
 * Refuses to serve everybody on an address that others reach.
 * @throws UserError saying the ways out.
 */
export function refuseOpenExposure(
  address: ListenAddress,
  field: string,
  access: { readonly hasKeys: boolean; readonly anonymous: boolean; readonly isAdminOpen?: boolean },
): void {
  if (isLoopback(address.host) || access.hasKeys || access.anonymous || access.isAdminOpen === true) return
  throw new UserError({
    what: `The gateway will not serve ${authorityOf(address)} without API keys`,
    where: field,
    why: 'Others can reach that address, and the Fleet has no keys: anybody there could use the models.',
    mend:
      'Add access.keys or access.keysFile to the Fleet; or listen on 127.0.0.1; ' +
      'or, where that is really meant, say access: { anonymous: true }' +
      (access.isAdminOpen === undefined ? '.' : '; or, where a network policy guards this address, --admin-open.'),
  })
}
