/** One record of a logger of ours (src/observe/logger.ts). */
export interface LogRecord {
  readonly level: string
  readonly at: Date
  readonly message: string
  /** All fields, those above included. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Whether a value of JSON is an object with fields. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as part of one line: an error by its message, other objects as JSON, nothing that steers a terminal. */
export function shownValue(value: unknown): string {
  const isError = isObject(value) && typeof value['message'] === 'string'
  const plain = isError ? value['message'] : value
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain)
  // oxlint-disable-next-line no-control-regex -- clients choose paths, and engines choose messages
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, ' ')
}
