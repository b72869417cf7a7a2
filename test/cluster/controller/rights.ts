import type { ClusterRole, KubernetesObject, Role } from '../../../src/kubernetes/index.ts'
import type { ApiClient } from '../harness/api-client.ts'
import type { AuditedRequest } from '../harness/audit.ts'

/** One right: `apps/deployments patch`; of the core group without a group. */
const rightOf = (group: string, resource: string, verb: string) =>
  `${group === '' ? '' : `${group}/`}${resource} ${verb}`

/** The rights that rules give, each alone. */
export function rightsGiven(rules: Role['rules'] | ClusterRole['rules'] = []): ReadonlySet<string> {
  const rights = (rules ?? []).flatMap(({ apiGroups = [], resources = [], verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => rightOf(group, resource, verb)))),
  )
  return new Set(rights)
}

/** What requests took; those that an API server refused take none. */
export function rightsUsed(requests: readonly AuditedRequest[]): ReadonlySet<string> {
  const allowed = requests.filter(({ isAllowed }) => isAllowed)
  return new Set(allowed.map(({ group, resource, verb }) => rightOf(group, resource, verb)))
}

/** What was asked for and refused. */
export function rightsRefused(requests: readonly AuditedRequest[]): readonly string[] {
  const refused = requests.filter(({ isAllowed }) => !isAllowed)
  return [...new Set(refused.map(({ group, resource, verb }) => rightOf(group, resource, verb)))].toSorted()
}

/** What of one set another one has not, sorted. */
export const without = (rights: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] =>
  [...rights].filter((right) => !others.has(right)).toSorted()

/** A token of a service account, as a Pod of it would have. */
export async function tokenOf(client: ApiClient, namespace: string, account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
  const { status, body } = await client.post(path, { spec: { expirationSeconds: 3_600 } })
  const { token } = (body['status'] ?? {}) as { readonly token?: string }
  if (status !== 201 || token === undefined) throw new Error(`no token for ${account}: ${body.message}`)
  return token
}

/** What installs a controller, less the definition of Fleets and the Deployment, which a test runs itself. */
export const withoutWorkload = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  objects.filter(({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Deployment')
