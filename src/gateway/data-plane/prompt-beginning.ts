import { seedOf } from '../../scheduling/index.ts'
import type { PromptRange } from './question.ts'

/** What prompts are told apart by, bytes: a first message's beginning (KubeAI takes 100 characters of it). */
const longestBeginning = 256

/** A hash of a prompt's beginning, for policies that place by it: equal in every gateway, and after a restart. */
export function hashBeginning({ bytes, start, end }: PromptRange): number {
  return seedOf(bytes.toString('latin1', start, Math.min(end, start + longestBeginning)), 0)
}
