import { z } from 'zod'
import recorded from './sarif-schema.json' with { type: 'json' }

/** SARIF 2.1.0 as something that parses: a property that it does not define is an error. */
const sarifLog = z.fromJSONSchema({
  ...recorded,
  $schema: 'http://json-schema.org/draft-07/schema#',
} as Parameters<typeof z.fromJSONSchema>[0])

/** What is wrong with a SARIF log, by its schema; empty where nothing is. */
export function sarifProblems(log: unknown): readonly string[] {
  const result = sarifLog.safeParse(log)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
