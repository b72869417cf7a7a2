/**
 * Policies: how a replica is chosen, one file each. A new one is its file and its line here.
 */
import type { PolicyKind } from '../contract.ts'
import { leastRequest } from './least-request.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'

/** All policies, in the order in which comparisons print them. */
export const policies: readonly PolicyKind[] = [roundRobin, random, leastRequest]

/** The policy of a name; undefined for none. */
export function policyNamed(name: string): PolicyKind | undefined {
  return policies.find((policy) => policy.name === name)
}
