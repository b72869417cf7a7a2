/**
 * Policies: how a replica is chosen, one file each. A new one is its file and its line here; a Fleet may name it once
 * `src/fleet/schema/routing-policies.ts` has its name too, which a test asks for.
 */
import type { PolicyKind } from '../contract.ts'
import { adapter } from './adapter.ts'
import { blend, blendExact } from './blend.ts'
import { consistentHash } from './consistent-hash.ts'
import { standard, standardExact } from './default.ts'
import { leastRequest } from './least-request.ts'
import { leastTokens } from './least-tokens.ts'
import { powerOfTwo } from './power-of-two.ts'
import { predicted } from './predicted.ts'
import { prefix, prefixExact } from './prefix.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { session } from './session.ts'
import { stickyUntilSaturated } from './sticky-until-saturated.ts'

/** All policies, in the order in which comparisons print them. */
export const policies: readonly PolicyKind[] = [
  roundRobin,
  random,
  leastRequest,
  powerOfTwo,
  leastTokens,
  consistentHash,
  session,
  adapter,
  prefix,
  prefixExact,
  blend,
  blendExact,
  stickyUntilSaturated,
  predicted,
  standard,
  standardExact,
]

/** The policy of a name; undefined for none. */
export function policyNamed(name: string): PolicyKind | undefined {
  return policies.find((policy) => policy.name === name)
}
