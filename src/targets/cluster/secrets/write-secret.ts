import { UserError } from '../../../errors/index.ts'
import {
  ClusterError,
  fieldManager as applyManager,
  type ClusterClient,
  type KubernetesObject,
  type LiveObject,
} from '../../../kubernetes/index.ts'
import type { FleetSecret, SecretObject, SetSecretRequest, SetSecretResult } from '../../contract.ts'
import { chooseSecret, titleOf } from '../../secrets/index.ts'
import { readExternalSecrets } from './external-secrets.ts'
import { foundSecretOf } from './observe-secrets.ts'

/** Owner of the keys that `fairlead secrets` writes; those of `apply` have another. */
const fieldManager = `${applyManager}-secrets`

/** How often another writer may come between. */
const attempts = 5

/** Whose secrets, and what is to be in the cluster. */
interface SecretsPlace {
  readonly fleet: { readonly name: string }
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
  readonly secrets: readonly FleetSecret[]
}

type SecretKey = SecretObject & { readonly key: string }

/**
 * Writes one key of a Secret by server-side apply, and makes the Secret, and the namespace where the Fleet renders it. Every
 * other key stays.
 * @throws UserError for a Secret or a key of another owner, unless it is forced
 */
export async function setClusterSecret(
  client: ClusterClient,
  { fleet, namespace, objects, secrets }: SecretsPlace,
  { name, key: askedKey, force = false, value }: SetSecretRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<SetSecretResult> {
  const secret = chooseSecret(secrets, { name, ...(askedKey === undefined ? {} : { key: askedKey }) }, fleet.name)
  const { object } = secret
  if (secret.kind === 'registry-login') throw refuseLogin(secret)
  if (object?.key === undefined) throw refuseWhole(secret)
  const place: SecretKey = { ...object, key: object.key }
  await refuseOwned(client, place, force)
  const text = await value(secret)
  signal.throwIfAborted()
  await requireNamespace(client, place.namespace, namespace, objects)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const replaced = await writeKey(client, place, text, { fleet: fleet.name, force })
      return { secret, replaced, notes: [] }
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== 'conflict') throw error
      if (error.fields.length > 0) throw refuseTakeOver(place, error)
      if (attempt === attempts) throw error
      signal.throwIfAborted()
    }
  }
}

/** Writes it over the state that was read; a `conflict` where another has written meanwhile. Resolves to whether another value was there. */
async function writeKey(
  client: ClusterClient,
  { namespace, name, key }: SecretKey,
  text: string,
  { fleet, force }: { readonly fleet: string; readonly force: boolean },
): Promise<boolean> {
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name }
  const labels = labelsOf(fleet)
  // An empty one first: two that apply different keys at once would each take away the key of the other.
  const live =
    (await client.get(ref)) ??
    (await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels } }, { fieldManager }))
  if (live['immutable'] === true) throw refuseImmutable(namespace, name)
  const data = (live['data'] as Readonly<Record<string, string>> | undefined) ?? {}
  const encoded = Buffer.from(text, 'utf8').toString('base64')
  const kept = Object.fromEntries(Object.entries(data).filter(([each]) => ownKeys(live).has(each)))
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, resourceVersion: live.metadata.resourceVersion, labels: ownLabels(live, labels) },
    data: { ...kept, [key]: encoded },
  } as KubernetesObject
  await client.apply(object, { fieldManager, force })
  return data[key] !== undefined && data[key] !== '' && data[key] !== encoded
}

const labelsOf = (fleet: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'fairlead-secrets',
  'app.kubernetes.io/instance': fleet,
  'app.kubernetes.io/part-of': 'fairlead',
  'app.kubernetes.io/managed-by': 'fairlead',
  'fairlead.dev/fleet': fleet,
})

/** Our labels as they are to stay: those of the Fleet that made the Secret; none on a Secret that somebody else made. */
function ownLabels({ metadata: { labels = {} } }: LiveObject, ours: Record<string, string>): Record<string, string> {
  if (labels['app.kubernetes.io/name'] !== ours['app.kubernetes.io/name']) return {}
  return Object.fromEntries(
    Object.keys(ours).flatMap((label) => (labels[label] === undefined ? [] : [[label, labels[label]]])),
  )
}

/** Keys that an earlier write of ours owns: server-side apply takes away what an owner no longer applies. */
function ownKeys({ metadata: { managedFields } }: LiveObject): ReadonlySet<string> {
  const ours = (managedFields ?? []).filter(
    ({ manager, operation }) => manager === fieldManager && operation === 'Apply',
  )
  return new Set(
    ours.flatMap(({ fieldsV1 }) => {
      const data = (fieldsV1 as Readonly<Record<string, unknown>> | undefined)?.['f:data']
      return Object.keys((data as object | undefined) ?? {}).map((field) => field.replace(/^f:/, ''))
    }),
  )
}

/** Refuses to write what somebody else makes and would make again. */
async function refuseOwned(client: ClusterClient, { namespace, name }: SecretKey, force: boolean): Promise<void> {
  if (force) return
  const live = await client.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })
  const external = (await readExternalSecrets(client, namespace)).find(({ makes }) => makes === name)
  const owner = external === undefined ? live && foundSecretOf(live).owner : `ExternalSecret ${external.name}`
  if (owner === undefined) return
  const [kind = '', title = ''] = owner.split(' ')
  throw new UserError({
    what: `${owner} makes Secret ${name} in namespace ${namespace}`,
    why: 'What is written into the Secret itself would be replaced the next time it does.',
    mend: 'Set the value where it comes from. `--force-conflicts` writes it all the same.',
    command: `kubectl describe ${kind.toLowerCase()} ${title} -n ${namespace}`,
  })
}

/** Makes the namespace as `apply` would. @throws UserError where nobody renders it */
async function requireNamespace(
  client: ClusterClient,
  namespace: string,
  ofFleet: string,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const rendered = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)
  if (await isThere(client, namespace)) return
  if (rendered !== undefined && namespace === ofFleet) {
    await client.apply(rendered)
    return
  }
  throw new UserError({
    what: `There is no namespace ${namespace}`,
    why: 'The Fleet does not render it.',
    mend: 'Make it first.',
    command: `kubectl create namespace ${namespace}`,
  })
}

/** Whoever may only work inside a namespace cannot look at it; that it is absent shows with the first write. */
async function isThere(client: ClusterClient, name: string): Promise<boolean> {
  try {
    return (await client.get({ apiVersion: 'v1', kind: 'Namespace', name })) !== undefined
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'forbidden') return true
    throw error
  }
}

function refuseTakeOver({ namespace, name, key }: SecretKey, error: ClusterError): UserError {
  const managers = [...new Set(error.fields.flatMap(({ manager }) => manager ?? []))]
  return new UserError({
    what: `Key ${key} of Secret ${name} in namespace ${namespace} belongs to ${managers.join(', ') || 'another manager'}`,
    why: 'The API server names it as the owner of that field; it may set its value again.',
    mend: 'Set the value where that owner takes it from, or take the key over with `--force-conflicts`.',
    command: `kubectl get secret ${name} -n ${namespace} --show-managed-fields -o jsonpath='{.metadata.managedFields[*].manager}'`,
    cause: error,
  })
}

const refuseImmutable = (namespace: string, name: string) =>
  new UserError({
    what: `Secret ${name} in namespace ${namespace} is immutable`,
    why: 'The API server lets nobody change its keys.',
    mend: 'Refer to a Secret of another name, or delete this one and set every key again.',
    command: `kubectl delete secret ${name} -n ${namespace}`,
  })

const refuseLogin = ({ name, object }: FleetSecret) =>
  new UserError({
    what: `Secret ${name} is a login of an image registry`,
    why: 'It is a Docker configuration with a server, a user and a password, which kubectl writes.',
    mend: 'Make it with kubectl.',
    command: `kubectl create secret docker-registry ${name} -n ${object?.namespace ?? ''} --docker-server=… --docker-username=… --docker-password=…`,
  })

const refuseWhole = (secret: FleetSecret) =>
  new UserError({
    what: `Pods take Secret ${titleOf(secret)} as a whole`,
    why: 'No field of the Fleet says which keys it has to have.',
    mend: 'Make it with kubectl, or by what installs those pods.',
    command: `kubectl create secret generic ${secret.name} -n ${secret.object?.namespace ?? ''}`,
  })
