import { z } from 'zod'
import { duration } from './units.ts'
import { dnsLabel, httpUrl, list, text } from './names.ts'

/** One check or change; `kind` says which of its fields count. */
const step = z.strictObject({
  name: dnsLabel().describe('Name of the step; shown when it refuses.'),
  stage: z.enum(['request', 'response']).default('request').describe('Before or after the model.'),
  kind: z.enum(['maxLength', 'pattern', 'schema', 'template', 'hook']).describe('What it does.'),
  maxLength: z.int().min(1).max(100_000_000).optional().describe('For maxLength: characters at the most.'),
  pattern: text(4096).optional().describe('For pattern: regular expression (RE2 syntax) that refuses.'),
  schemaFile: text(4096).optional().describe('For schema: file with the JSON Schema.'),
  template: text(65_536).optional().describe('For template: text with {input} in it.'),
  url: httpUrl().optional().describe('For hook: URL that gets the body and answers with the new one.'),
  timeout: duration().prefault('2s').describe('For hook: longest wait.'),
  onError: z.enum(['allow', 'block']).default('block').describe('For hook: what happens when it does not answer.'),
})

/** Checks and changes of requests and answers. */
export const transform = z.strictObject({
  steps: list(step, 32).default([]).describe('The steps, in order.'),
})
