import type { PolicyKind } from '../contract.ts'
import { policies } from './index.ts'

/**
 * Where a Fleet’s `routing.policy` names a policy otherwise than the scheduler does: a Fleet says what a person wants,
 * `fairlead simulate` what is compared. Every other name is the scheduler’s in camelCase.
 */
const otherNames: Readonly<Record<string, string>> = {
  default: 'prefix',
  'default-exact': 'prefixExact',
  'least-tokens': 'load',
  'least-request': 'leastInFlight',
  prefix: 'longestPrefix',
  'prefix-exact': 'longestPrefixExact',
}

/** What a Fleet’s `routing.policy` calls a policy. */
export function fleetNameOf({ name }: PolicyKind): string {
  return otherNames[name] ?? name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** The policy that a Fleet’s `routing.policy` means; undefined for a name that none has. `auto` is the default one. */
export function policyOfFleet(name: string): PolicyKind | undefined {
  const wanted = name === 'auto' ? 'prefix' : name
  return policies.find((policy) => fleetNameOf(policy) === wanted)
}
