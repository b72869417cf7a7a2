import { z } from 'zod'
import { dnsLabel, list, text } from './names.ts'

const perMinute = (what: string) => z.int().min(1).max(1e9).optional().describe(`${what} a minute.`)
const amount = (what: string) => z.number().min(0).max(1e12).optional().describe(what)

/** One limit. */
const rule = z.strictObject({
  name: dnsLabel().describe('Name of the rule; shown when it refuses.'),
  per: z.enum(['key', 'user', 'team', 'model', 'address', 'fleet']).default('key').describe('What is counted apart.'),
  subject: text(253).optional().describe('The one key, user, team, model or address that it is for; all when absent.'),
  requests: perMinute('Requests'),
  inputTokens: perMinute('Prompt tokens'),
  outputTokens: perMinute('Generated tokens'),
  concurrency: z.int().min(1).max(1e6).optional().describe('Requests at once.'),
  tokensPerDay: amount('Tokens a day.'),
  tokensPerMonth: amount('Tokens a month.'),
  moneyPerDay: amount('Money a day, in the currency of `prices`.'),
  moneyPerMonth: amount('Money a month, in the currency of `prices`.'),
})

/** How much each may ask. */
export const limits = z.strictObject({
  exact: z.boolean().default(false).describe('Asks the shared store for each request in place of leasing slices.'),
  rules: list(rule, 256).default([]).describe('The limits; a request must pass all that match.'),
})
