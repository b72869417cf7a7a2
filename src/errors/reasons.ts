/** What a client is told about a refused or failed request: the closed list of reasons. */
export interface ReasonInfo {
  /** HTTP status that the gateway answers with. */
  readonly httpStatus: number
  /** The `error.type` of OpenAI's error body. */
  readonly type: string
  /** Whether the same request may succeed when it is sent again. */
  readonly isRetryable: boolean
}

/**
 * Every reason that a gateway may give, as HTTP status and OpenAI error type.
 * 499 (client closed request) is nginx's convention and only ever seen in logs and metrics.
 */
export const reasons = {
  bad_request: { httpStatus: 400, type: 'invalid_request_error', isRetryable: false },
  invalid_api_key: { httpStatus: 401, type: 'authentication_error', isRetryable: false },
  permission_denied: { httpStatus: 403, type: 'permission_error', isRetryable: false },
  model_not_found: { httpStatus: 404, type: 'invalid_request_error', isRetryable: false },
  body_too_large: { httpStatus: 413, type: 'invalid_request_error', isRetryable: false },
  context_too_long: { httpStatus: 400, type: 'invalid_request_error', isRetryable: false },
  rate_limited: { httpStatus: 429, type: 'rate_limit_error', isRetryable: true },
  budget_exceeded: { httpStatus: 429, type: 'insufficient_quota', isRetryable: false },
  queue_full: { httpStatus: 503, type: 'overloaded_error', isRetryable: true },
  queue_timeout: { httpStatus: 503, type: 'overloaded_error', isRetryable: true },
  no_ready_replica: { httpStatus: 503, type: 'service_unavailable', isRetryable: true },
  scaling_from_zero: { httpStatus: 503, type: 'service_unavailable', isRetryable: true },
  upstream_connect: { httpStatus: 502, type: 'server_error', isRetryable: true },
  upstream_error: { httpStatus: 502, type: 'server_error', isRetryable: true },
  upstream_died: { httpStatus: 502, type: 'server_error', isRetryable: true },
  deadline_ttft: { httpStatus: 504, type: 'timeout_error', isRetryable: true },
  deadline_idle: { httpStatus: 504, type: 'timeout_error', isRetryable: true },
  deadline_total: { httpStatus: 504, type: 'timeout_error', isRetryable: true },
  client_closed: { httpStatus: 499, type: 'client_closed', isRetryable: false },
  draining: { httpStatus: 503, type: 'service_unavailable', isRetryable: true },
  guard_blocked: { httpStatus: 400, type: 'content_policy_violation', isRetryable: false },
  internal: { httpStatus: 500, type: 'server_error', isRetryable: true },
} as const satisfies Record<string, ReasonInfo>

/** One of the closed list of reasons. */
export type Reason = keyof typeof reasons
