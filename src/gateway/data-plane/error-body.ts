import { reasons } from '../../errors/index.ts'
import type { Refusal } from './refusal.ts'

/** The error as OpenAI's clients read it: `{"error":{message,type,param,code}}`; `code` is the reason. */
export function errorBody(refusal: Refusal): string {
  const { code, message, param } = refusal
  return JSON.stringify({ error: { message, type: reasons[code].type, param, code } })
}

/**
 * The error as the last event of a stream whose 200 is gone already. OpenAI's clients raise for a `data` with `error`
 * and for `event: error` (openai-node 7, core/streaming); no `[DONE]` follows.
 */
export function errorEvent(refusal: Refusal): string {
  return `event: error\ndata: ${errorBody(refusal)}\n\n`
}
