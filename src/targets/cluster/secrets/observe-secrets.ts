import { ClusterError, type ClusterClient, type LiveObject } from '../../../kubernetes/index.ts'
import type { FleetSecret, SecretObject, SecretState } from '../../contract.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { externalText, readExternalSecrets, type ExternalSecret } from './external-secrets.ts'

/** Requests at once. */
const width = 12

/** A Secret as it was found, without values. */
export interface FoundSecret {
  /** Names of keys that have a value. */
  readonly filled: ReadonlySet<string>
  /** Names of keys that are empty. */
  readonly empty: ReadonlySet<string>
  /** Who makes it, such as `ExternalSecret lab` or `SealedSecret lab`. */
  readonly owner: string | undefined
}

/** What of a Secret is told; its values stay behind here. */
export function foundSecretOf(live: LiveObject): FoundSecret {
  const data = Object.entries((live['data'] as Readonly<Record<string, string>> | undefined) ?? {})
  const [owner] = live.metadata.ownerReferences ?? []
  return {
    filled: new Set(data.flatMap(([key, value]) => (value === '' ? [] : [key]))),
    empty: new Set(data.flatMap(([key, value]) => (value === '' ? [key] : []))),
    owner: owner === undefined ? undefined : `${owner.kind} ${owner.name}`,
  }
}

/** Whether each of some secrets is in the cluster, and who makes it where somebody else does. */
export async function observeSecrets(
  client: ClusterClient,
  secrets: readonly FleetSecret[],
  absentNamespaces: ReadonlySet<string> = new Set(),
): Promise<SecretState[]> {
  const objects = new Map(
    secrets.flatMap(({ object, isRead }) =>
      object === undefined || !isRead ? [] : [[`${object.namespace}/${object.name}`, object] as const],
    ),
  )
  const looked = await inParallel([...objects], width, async ([place, { namespace, name }]) => {
    const found = absentNamespaces.has(namespace) ? 'absent' : await findSecret(client, namespace, name)
    return [place, found] as const
  })
  const found = new Map(looked)
  const outside = [...objects.values()].filter(({ namespace, name }) => {
    const each = found.get(`${namespace}/${name}`)
    return (
      each !== undefined && !absentNamespaces.has(namespace) && each !== 'unknown' && mayBeExternal(each, secrets, name)
    )
  })
  const namespaces = [...new Set(outside.map(({ namespace }) => namespace))]
  const external = new Map(
    await inParallel(namespaces, width, async (each) => [each, await readExternalSecrets(client, each)] as const),
  )
  return secrets.map((secret) => {
    const { object, isRead } = secret
    if (object === undefined || !isRead) return { ...secret, state: 'unused', detail: 'no pod of this target reads it' }
    const maker = external.get(object.namespace)?.find(({ makes }) => makes === object.name)
    return { ...secret, ...stateOf(object, found.get(`${object.namespace}/${object.name}`) ?? 'absent', maker) }
  })
}

/** Whether an ExternalSecret may tell more of it: it makes it, or would make what lacks. */
const mayBeExternal = (found: FoundSecret | 'absent', secrets: readonly FleetSecret[], name: string): boolean =>
  found === 'absent' ||
  found.owner?.startsWith('ExternalSecret ') === true ||
  secrets.some(({ object }) => object?.name === name && object.key !== undefined && !found.filled.has(object.key))

async function findSecret(
  client: ClusterClient,
  namespace: string,
  name: string,
): Promise<FoundSecret | 'absent' | 'unknown'> {
  try {
    const live = await client.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })
    return live === undefined ? 'absent' : foundSecretOf(live)
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'forbidden') return 'unknown'
    throw error
  }
}

/** How one key stands; pure. */
export function stateOf(
  { namespace, name, key }: SecretObject,
  found: FoundSecret | 'absent' | 'unknown',
  maker: ExternalSecret | undefined,
): Pick<SecretState, 'state' | 'detail' | 'mend'> {
  if (found === 'unknown') return { state: 'unknown', detail: `this account may not read Secret ${name}` }
  const by = maker === undefined ? '' : externalText(maker)
  const isThere = found !== 'absent' && (key === undefined || found.filled.has(key))
  if (isThere) {
    const owner = found.owner === undefined ? '' : `${found.owner} makes it`
    return { state: 'present', detail: by === '' ? owner : by }
  }
  const what =
    found === 'absent'
      ? `there is no Secret ${name} in namespace ${namespace}`
      : found.empty.has(key ?? '')
        ? `key ${key} of Secret ${name} is empty`
        : `Secret ${name} has no key ${key}`
  if (maker === undefined) return { state: 'absent', detail: what }
  return {
    state: 'absent',
    detail: `${what}; ${by}`,
    mend: `kubectl describe externalsecret ${maker.name} -n ${namespace}`,
  }
}
