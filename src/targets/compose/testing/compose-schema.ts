import { parse } from 'yaml'
import { z } from 'zod'
import recorded from './compose-spec.json' with { type: 'json' }

/** The Compose specification as something that parses: a key that it does not know is an error. */
const composeFile = z.fromJSONSchema({
  ...recorded,
  $schema: 'http://json-schema.org/draft-07/schema#',
} as Parameters<typeof z.fromJSONSchema>[0])

/** What is wrong with the text of a Compose file, by its schema; empty where nothing is. */
export function schemaProblems(text: string): readonly string[] {
  const result = composeFile.safeParse(parse(text))
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
