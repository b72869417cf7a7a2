import type { ClusterErrorReason, FieldProblem } from './contract.ts'

/** What a request was for, by which its failure is told. */
export interface RequestSubject {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`. */
  readonly verb: string
  readonly apiVersion: string
  readonly kind: string
  /** Plural and lower case, such as `deployments`. */
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/** What is known of a failed request. */
export interface ClusterErrorParts {
  readonly reason: ClusterErrorReason
  /** In the server's words where it answered. */
  readonly message: string
  /** HTTP status; 0 where there was no answer. */
  readonly status?: number
  /** For a `conflict` of managers: each field with its manager. For `invalid`: each wrong field. */
  readonly fields?: readonly FieldProblem[]
  readonly subject?: RequestSubject
  /** When the server wants to be asked again. */
  readonly retryAfterMs?: number
  /** Base URL of the API server. */
  readonly server?: string
  readonly cause?: unknown
}

/** A request to an API server failed. */
export class ClusterError extends Error {
  readonly reason: ClusterErrorReason
  readonly status: number
  readonly fields: readonly FieldProblem[]
  readonly subject: RequestSubject | undefined
  readonly retryAfterMs: number | undefined
  readonly server: string | undefined

  constructor({ reason, message, status = 0, fields = [], subject, retryAfterMs, server, cause }: ClusterErrorParts) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ClusterError'
    this.reason = reason
    this.status = status
    this.fields = fields
    this.subject = subject
    this.retryAfterMs = retryAfterMs
    this.server = server
  }
}
