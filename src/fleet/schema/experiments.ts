import { z } from 'zod'
import { dnsLabel, list, servedName, text } from './names.ts'

/** One experiment: the requests for a model, split over variants. */
const experiment = z.strictObject({
  name: dnsLabel().describe('Name of the experiment.'),
  model: servedName().describe('The model name that clients ask for.'),
  variants: list(
    z.strictObject({
      name: dnsLabel().describe('Name of the variant; shown in reports and metrics.'),
      model: servedName().describe('The model that answers.'),
      weight: z.int().min(0).max(1_000_000).default(1).describe('Share of requests, relative to the others.'),
    }),
    16,
  )
    .min(1)
    .describe('What is compared.'),
  header: text(63).optional().describe('Header whose value names the variant, ahead of the weights.'),
  stickyBy: z.enum(['none', 'key', 'user', 'session']).default('key').describe('Who stays with a variant.'),
})

/** A/B and canary comparisons. */
export const experiments = list(experiment, 64)
