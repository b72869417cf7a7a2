import { z } from 'zod'
import { duration } from './units.ts'
import { list, servedName, text } from './names.ts'

const action = () => z.enum(['off', 'flag', 'mask', 'block']).default('off')

/** Moderation by a model of the Fleet. */
export const guard = z.strictObject({
  model: servedName().optional().describe('Guard model of this Fleet; none when absent.'),
  input: action().describe('What happens to prompts that it objects to.'),
  output: action().describe('What happens to answers that it objects to.'),
  categories: list(text(63), 64).default([]).describe('Categories that count; all when empty.'),
  maxDelay: duration().prefault('500ms').describe('Longest that streamed text is held back.'),
  onError: z.enum(['allow', 'block']).default('block').describe('What happens when the guard does not answer.'),
})
