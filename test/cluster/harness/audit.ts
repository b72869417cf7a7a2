import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What service accounts ask of an API server, each request once it is answered; what others ask is nobody's question. */
const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
}

/** The audit log of a control plane with this folder. */
export const auditFileIn = (folder: string): string => join(folder, 'audit.jsonl')

/** Arguments that have an API server write one. */
export function auditArguments(folder: string): string[] {
  const file = join(folder, 'audit-policy.json')
  writeFileSync(file, JSON.stringify(policy))
  return [`--audit-policy-file=${file}`, `--audit-log-path=${auditFileIn(folder)}`]
}

/** A request of a service account, as the API server judged it. */
export interface AuditedRequest {
  /** As a rule of a Role names it; `create` of an apply that made the object, which is judged as `patch` and as `create`. */
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  /** With its subresource: `pods/log`. */
  readonly resource: string
  /** Empty for all namespaces, and for what is in none. */
  readonly namespace: string
  readonly name: string
  readonly isAllowed: boolean
}

/** An Event of audit.k8s.io/v1, as far as it matters. */
interface AuditEvent {
  readonly auditID: string
  readonly stage: string
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly annotations?: Readonly<Record<string, string>>
}

const verbsOf = ({ verb, responseStatus }: AuditEvent): readonly string[] =>
  verb === 'patch' && responseStatus?.code === 201 ? ['patch', 'create'] : [verb]

function requestsOf(event: AuditEvent): AuditedRequest[] {
  const { objectRef, annotations = {} } = event
  if (objectRef?.resource === undefined) return []
  const { apiGroup: group = '', resource, subresource, namespace = '', name = '' } = objectRef
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  const isAllowed = annotations['authorization.k8s.io/decision'] === 'allow'
  return verbsOf(event).map((verb) => ({ verb, group, resource: full, namespace, name, isAllowed }))
}

/** What everybody who is known may ask, by roles that every cluster has. */
const everybodys = /RoleBinding "system:/

/** Everything that a service account has asked, apart from what everybody may. */
export function auditedRequests(file: string, namespace: string, account: string): readonly AuditedRequest[] {
  if (!existsSync(file)) return []
  const user = `system:serviceaccount:${namespace}:${account}`
  const lines = readFileSync(file, 'utf8').split('\n')
  // The last line may not be whole yet.
  const events = lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent)
  return events
    .filter(({ user: { username } }) => username === user)
    .filter(({ annotations }) => !everybodys.test(annotations?.['authorization.k8s.io/reason'] ?? ''))
    .flatMap(requestsOf)
}
