import { Refusal } from './refusal.ts'

/** Header field by which a client bounds the time that its request may take. */
export const requestTimeoutField = 'x-request-timeout'

const millisecondsPer: Readonly<Record<string, number>> = { '': 1_000, ms: 1, s: 1_000, m: 60_000 }

/**
 * A client's time limit in milliseconds: `30` and `30s` are seconds, `500ms`, `2m`; Infinity where it names none.
 * @throws Refusal for what is no time
 */
export function requestTimeoutMs(value: string | readonly string[] | undefined): number {
  if (value === undefined) return Infinity
  const match = typeof value === 'string' ? /^\s*(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|m|)\s*$/.exec(value) : null
  const milliseconds = match === null ? 0 : Number(match[1]) * (millisecondsPer[match[2] ?? ''] ?? 0)
  if (milliseconds > 0) return milliseconds
  const message = `The header ${requestTimeoutField} must be a time in seconds such as 30, or with a unit: 500ms, 30s, 2m.`
  throw new Refusal('bad_request', message, { param: requestTimeoutField })
}
