import type { KubernetesObject } from '../../../kubernetes/index.ts'
import type { FleetSecret, FleetSource, SecretObject } from '../../contract.ts'
import { keyedFleet, namesOf, secretFileKey } from '../../rendering/cluster/index.ts'
import { fleetSecrets, type NamedReference } from '../../secrets/index.ts'
import type { ClusterTargetName } from '../target-names.ts'
import { accountSecretsOf, neededSecretsOf, type NeededSecret } from './needed-secrets.ts'

/** A Fleet, and what of it is to be in a cluster. */
export interface SecretsOf extends Pick<FleetSource, 'fleet' | 'positionOf'> {
  readonly target: ClusterTargetName
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
}

const keyOf = ({ namespace, name, key = '' }: SecretObject) => `${namespace}/${name}/${key}`

/**
 * Every key of a Secret that a Fleet refers to or that pods of its objects would wait for. What pods name and no field of the
 * Fleet does, such as a Secret of an operator, is told by the objects that need it; what no object names, nobody reads.
 */
export function wantedSecrets({ fleet, positionOf, target, namespace, objects }: SecretsOf): FleetSecret[] {
  const needed = neededSecretsOf(objects, namespace)
  const mounted = new Set(
    needed.flatMap(({ keys, name, namespace: place }) => keys.map((key) => keyOf({ namespace: place, name, key }))),
  )
  const accounts = accountSecretsOf(objects, namespace)
  const own = namesOf(fleet, { namespace }).secrets
  const source = { fleet: keyedFleet(fleet), ...(positionOf === undefined ? {} : { positionOf }) }
  const named = fleetSecrets(source, target, (reference) => {
    const object = objectOf(reference, { namespace, own })
    const { readBy, isFollowed } = reference
    const isFile = readBy === 'gateway' && reference.reference.env === undefined
    return {
      place: placeText(object),
      object,
      pickup: isFile && isFollowed ? 'reload' : 'restart',
      isRead: mounted.has(keyOf(object)) || accounts.has(`${object.namespace}/${object.name}`),
    }
  })
  const known = new Set(named.flatMap(({ object }) => (object === undefined ? [] : [keyOf(object)])))
  return [...named, ...logins(fleet, namespace, positionOf), ...unnamed(needed, known)]
}

const placeText = ({ namespace, name, key }: SecretObject): string =>
  `${key === undefined ? '' : `key ${key} of `}Secret ${name} in namespace ${namespace}`

/** The key of a Secret that a reference becomes (docs/targets/kubernetes.md, Secrets). */
function objectOf(
  { reference: { env, file = '', secretRef } }: NamedReference,
  { namespace, own }: { readonly namespace: string; readonly own: string },
) {
  if (secretRef !== undefined) return { namespace, name: secretRef.name, key: secretRef.key }
  return { namespace, name: own, key: env ?? secretFileKey(file) }
}

/** Logins of image registries, which pods name as a whole. */
function logins(fleet: SecretsOf['fleet'], namespace: string, positionOf: SecretsOf['positionOf']): FleetSecret[] {
  return fleet.storage.images.pullSecrets.map((name, index) => {
    const path = `storage.images.pullSecrets[${index}]`
    const line = positionOf?.(path)?.line
    const object = { namespace, name, key: '.dockerconfigjson' }
    const readers = ['gateway', ...fleet.models.map((model) => model.name)]
    const use = { path, ...(line === undefined ? {} : { line }), readers, pickup: 'reload' as const }
    return { name, kind: 'registry-login', place: placeText(object), object, uses: [use], isRead: true }
  })
}

/** Keys that pods wait for and no field names. */
function unnamed(needed: readonly NeededSecret[], known: ReadonlySet<string>): FleetSecret[] {
  return needed.flatMap(({ namespace, name, keys, by }) => {
    const objects: SecretObject[] =
      keys.length === 0 ? [{ namespace, name }] : keys.map((key) => ({ namespace, name, key }))
    return objects.filter((object) => !known.has(keyOf(object))).map((object) => unnamedSecret(object, by))
  })
}

function unnamedSecret(object: SecretObject, readers: readonly string[]): FleetSecret {
  const { name, key } = object
  return {
    name,
    ...(key === undefined ? {} : { key }),
    kind: 'value',
    place: placeText(object),
    object,
    uses: [{ path: '', readers, pickup: 'restart' }],
    isRead: true,
  }
}
