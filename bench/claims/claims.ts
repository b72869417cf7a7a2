import type { Claim } from './contract.ts'
import { llmd } from './llm-d.ts'
import { others } from './others.ts'

/** All published comparisons that are simulated. */
export const claims: readonly Claim[] = [...llmd, ...others]
