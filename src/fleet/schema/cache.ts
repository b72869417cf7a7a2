import { z } from 'zod'
import { bytes, duration } from './units.ts'
import { servedName, share } from './names.ts'

/** Answers that are given again. */
export const cache = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether deterministic requests are answered from the cache.'),
  ttl: duration().prefault('1h').describe('How long an answer is kept.'),
  sharedBy: z.enum(['key', 'user', 'team', 'fleet']).default('key').describe('Who shares answers.'),
  maxSize: bytes().prefault('256Mi').describe('Size of all answers.'),
  maxEntry: bytes().prefault('1Mi').describe('Largest answer that is kept.'),
  semantic: z
    .strictObject({
      model: servedName().describe('Embedding model of this Fleet that compares prompts.'),
      similarity: share().default(0.97).describe('Cosine similarity from which two prompts count as one.'),
    })
    .optional()
    .describe('Answers of similar prompts.'),
})
