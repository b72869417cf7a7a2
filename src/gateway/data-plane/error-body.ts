import { reasons } from '../../errors/index.ts'
import type { Refusal } from './refusal.ts'

/** Whose clients read the errors of a path: OpenAI's everywhere, Anthropic's below `/v1/messages`. */
export type ErrorShape = 'openai' | 'anthropic'

/** The shape of errors at a path without query. */
export function errorShapeOf(path: string): ErrorShape {
  return path.endsWith('/v1/messages') || path.endsWith('/v1/messages/count_tokens') ? 'anthropic' : 'openai'
}

/** Anthropic's error types by status (docs.anthropic.com, "Errors"); any other 4xx is a fault of the request. */
const anthropicTypes: { readonly [status: number]: string } = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  502: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
}

/** The `error.type` that Anthropic's clients know for a status. */
export function anthropicErrorType(status: number): string {
  return anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}

/**
 * The error as the clients of a path read it: OpenAI's `{"error":{message,type,param,code}}` or Anthropic's
 * `{"type":"error","error":{type,message}}` with the same code beside; `code` is the reason.
 */
export function errorBody(refusal: Refusal, shape: ErrorShape = 'openai'): string {
  const { code, message, param, status } = refusal
  if (shape === 'anthropic') {
    return JSON.stringify({ type: 'error', error: { type: anthropicErrorType(status), message, code } })
  }
  return JSON.stringify({ error: { message, type: reasons[code].type, param, code } })
}

/**
 * The error as the last event of a stream whose 200 is gone already. OpenAI's clients raise for a `data` with `error`
 * and for `event: error` (openai-node 7, core/streaming), Anthropic's for `event: error`; no `[DONE]` follows.
 */
export function errorEvent(refusal: Refusal, shape: ErrorShape = 'openai'): string {
  return `event: error\ndata: ${errorBody(refusal, shape)}\n\n`
}
