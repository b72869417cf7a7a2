import { ClusterError, type RequestSubject } from './cluster-error.ts'
import type { ClusterErrorReason, FieldProblem } from './contract.ts'

/** An answer that is no success. */
export interface Refusal {
  readonly status: number
  readonly text: string
  /** Header `Retry-After`, in seconds. */
  readonly retryAfter?: string | undefined
}

interface Cause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
interface StatusObject {
  readonly kind?: string
  readonly reason?: string
  readonly message?: string
  readonly code?: number
  readonly details?: {
    readonly name?: string
    readonly kind?: string
    readonly causes?: readonly Cause[]
    readonly retryAfterSeconds?: number
  }
}

/** Longest text of an answer that is no Status object, such as a proxy's page. */
const shownCharacters = 300

function parseStatus(text: string): StatusObject | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return (value as StatusObject).kind === 'Status' ? (value as StatusObject) : undefined
  } catch {
    return undefined
  }
}

/**
 * What RBAC says: `User "x" cannot create resource "deployments" in API group "apps" in the namespace "y"`. Of WebSockets to
 * pods that are allowed to be read and not to be created, 1.36 says no reason: `pods "x" is forbidden: `.
 */
const accessDenied =
  /\bcannot [a-z]+ (resource|path) "|is attempting to grant RBAC permissions not currently held|" is forbidden: ?$/
const quotaExceeded = /exceeded quota:|maximum .+ usage per .+ is|must specify .+ for:/
const webhook = /admission webhook "|failed calling webhook|ValidatingAdmissionPolicy '/
/** A server that has just started, or is very busy, refuses by its admission until that knows the cluster. */
const notReady = /is forbidden: not yet ready to handle request/
/** Of a definition that is being deleted: nothing of its kind is made any more (apiextensions-apiserver). */
const definitionGoes = /while custom resource definition is terminating/
/** Server-side apply answers 500 to a field of a wrong type or of no schema. */
const wrongType = /failed to (create typed (patch|live) object|convert new object)/

function reasonOf(status: number, said: StatusObject | undefined, message: string): ClusterErrorReason {
  if (webhook.test(message) && status !== 404) return 'admission'
  if (definitionGoes.test(message)) return 'no-such-kind'
  if (status === 401) return 'unauthorized'
  if (status === 403) {
    if (accessDenied.test(message)) return 'forbidden'
    if (notReady.test(message)) return 'unreachable'
    return quotaExceeded.test(message) ? 'quota' : 'admission'
  }
  if (status === 404) return said?.details?.name === undefined ? 'no-such-kind' : 'not-found'
  if (status === 405) return 'no-such-kind'
  if (status === 409) return 'conflict'
  if (status === 410) return 'gone'
  if (status === 429) return 'too-many-requests'
  if (status === 504 || said?.reason === 'Timeout' || said?.reason === 'ServerTimeout') return 'timeout'
  if (wrongType.test(message)) return 'invalid'
  if (status === 502 || status === 503) return 'unreachable'
  return status >= 400 && status < 500 ? 'invalid' : 'internal'
}

/** `conflict with "kubectl-edit" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z` */
const conflictWith = /^conflict with "([^"]*)"/
/** A line of a message about types: `  .spec.replicas: expected numeric (int or float), got string`. */
const typedField = /(?:^|\s)(\.[\w.[\]="/-]+): ((?:expected|field not declared|duplicate|unknown|invalid)[^\n]*)/g
/** `strict decoding error: unknown field "spec.replica", unknown field "spec.x"` */
const unknownField = /(unknown|duplicate) field "([^"]+)"/g

const withoutDot = (field: string): string => field.replace(/^\./, '')

function fieldsOf(said: StatusObject | undefined, message: string): readonly FieldProblem[] {
  const causes = (said?.details?.causes ?? []).flatMap(({ field, message: why = '' }): FieldProblem[] => {
    if (field === undefined || field === '') return []
    const manager = conflictWith.exec(why)?.[1]
    return [{ field: withoutDot(field), message: why, ...(manager === undefined ? {} : { manager }) }]
  })
  if (causes.length > 0) return causes
  const typed = [...message.matchAll(typedField)].map(([, field = '', why = '']) => ({
    field: withoutDot(field),
    message: why.trim(),
  }))
  if (typed.length > 0) return typed
  return [...message.matchAll(unknownField)].map(([, kind = '', field = '']) => ({ field, message: `${kind} field` }))
}

/** What a server's refusal means. */
export function readRefusal(
  { status, text, retryAfter }: Refusal,
  subject: RequestSubject,
  server: string,
): ClusterError {
  const said = parseStatus(text)
  const trimmed = text.trim()
  const shown = trimmed.length > shownCharacters ? `${trimmed.slice(0, shownCharacters)}…` : trimmed
  const message = said?.message ?? (shown === '' ? `HTTP status ${status}` : shown)
  const seconds = Number(retryAfter ?? said?.details?.retryAfterSeconds ?? Number.NaN)
  return new ClusterError({
    reason: reasonOf(status, said, message),
    status,
    message,
    fields: fieldsOf(said, message),
    subject,
    server,
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  })
}
