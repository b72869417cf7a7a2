import { resolve } from 'node:path'
import { loadApiKeys, readSecret, secretFile, type ApiKeys, type SecretContext } from '../../access/index.ts'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile } from '../../files/index.ts'
import { fleetFileLimitBytes, loadFleet, requireFleet, type Fleet, type ListenAddress } from '../../fleet/index.ts'
import type { UpstreamTls } from '../data-plane/upstream/contract.ts'
import { refuseOpenExposure } from './listen-address.ts'
import { readUpstreamTls } from './upstream-tls.ts'

/** Everything that requests are served by, read at one time; it is replaced as a whole and never changed. */
export interface ServingConfig {
  readonly fleet: Fleet
  /** Keys that are asked for; null where the Fleet names none, so that everybody is served. */
  readonly keys: ApiKeys | null
  /** By model: the header fields that carry its upstream's key, names and values in turn. */
  readonly upstreamHeaders: ReadonlyMap<string, readonly string[]>
  /** By model: TLS towards its upstream, where the Fleet says how. */
  readonly upstreamTls: ReadonlyMap<string, UpstreamTls>
  /** Files that keys and certificates came from. */
  readonly keyFiles: readonly string[]
}

/**
 * Reads the secrets that a Fleet refers to.
 * @throws UserError for one that cannot be read
 */
export async function readServingConfig(fleet: Fleet, secrets: SecretContext): Promise<ServingConfig> {
  const { keys: named, keysFile } = fleet.access
  const keys = await loadApiKeys(fleet.access, secrets)
  const upstreamHeaders = new Map<string, readonly string[]>()
  for (const [index, { name, apiKey }] of fleet.models.entries()) {
    if (apiKey === undefined) continue
    const key = await readSecret(apiKey, `models[${index}].apiKey`, secrets)
    upstreamHeaders.set(name, ['authorization', `Bearer ${key}`])
  }
  const upstreamTls = new Map<string, UpstreamTls>()
  for (const [index, { name, upstreamTls: settings }] of fleet.models.entries()) {
    if (settings === undefined) continue
    upstreamTls.set(name, await readUpstreamTls(settings, `models[${index}].upstreamTls`, secrets.baseFolder))
  }
  const references = [...named.map(({ value }) => value), ...fleet.models.map(({ apiKey }) => apiKey ?? {})]
  const certificates = fleet.models.flatMap(({ upstreamTls: tls }) => [tls?.caFile, tls?.certFile, tls?.keyFile])
  const files = [keysFile, ...certificates, ...references.map((reference) => secretFile(reference, secrets))]
  return {
    fleet,
    // A keys file that is empty, perhaps for a moment, opens nothing to anybody.
    keys: named.length > 0 || keysFile !== undefined ? keys : null,
    upstreamHeaders,
    upstreamTls,
    keyFiles: files.filter((file) => file !== undefined).map((file) => resolve(secrets.baseFolder, file)),
  }
}

/** What a reload keeps. */
export interface KeptByReload {
  readonly fleet: Fleet
  readonly fleetFile: string
  readonly secrets: SecretContext
  /** The addresses that are listened on. */
  readonly listen: ListenAddress
  readonly admin: ListenAddress
  readonly isAdminOpen: boolean
}

/**
 * Reads a Fleet file and its secrets anew.
 * @throws UserError when it must not take the place of the one in force
 */
export async function rereadServingConfig(kept: KeptByReload): Promise<ServingConfig> {
  const { fleetFile: file, secrets } = kept
  const content = await readBoundedFile(file, fleetFileLimitBytes)
  const fleet = requireFleet(loadFleet(content, { file, environment: secrets.environment }))
  if (fleet.name !== kept.fleet.name) {
    throw new UserError({
      what: `The Fleet is called ${fleet.name} now, and was ${kept.fleet.name}`,
      where: file,
      why: 'Another name is another Fleet, with replicas and state of its own.',
      mend: 'Name it as before, or start a gateway for it.',
    })
  }
  const config = await readServingConfig(fleet, secrets)
  const exposure = { hasKeys: (config.keys?.size ?? 0) > 0, anonymous: fleet.access.anonymous }
  refuseOpenExposure(kept.listen, 'gateway.listen', exposure)
  refuseOpenExposure(kept.admin, 'gateway.admin', { ...exposure, isAdminOpen: kept.isAdminOpen })
  return config
}

/** Fields of a changed Fleet that take force at the next start only: the sockets and threads are there already. */
export function fieldsForNextStart(before: Fleet, after: Fleet): readonly string[] {
  const fields = ['listen', 'admin', 'workers'] as const
  return fields.filter((field) => before.gateway[field] !== after.gateway[field]).map((field) => `gateway.${field}`)
}
