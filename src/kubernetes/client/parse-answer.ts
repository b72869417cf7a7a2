import { ClusterError, type RequestSubject } from './cluster-error.ts'

/**
 * An object of an answer.
 * @throws {ClusterError} where it is none, as behind a proxy that answers with pages of its own
 */
export function parseAnswer(text: string, subject: RequestSubject): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
  throw new ClusterError({ reason: 'internal', message: `The answer is no JSON object: ${shown}`, subject })
}
