import { describe, expect, it } from 'vitest'
import { goesByKvEvents, routingPolicies } from '../../fleet/index.ts'
import { fleetNameOf, policyOfFleet } from './fleet-names.ts'
import { policies } from './index.ts'

describe('what a Fleet calls the policies', () => {
  it('is in its schema for every policy, so that a new one is named in src/fleet/schema/routing-policies.ts', () => {
    const named = routingPolicies.filter((name) => name !== 'auto')
    expect(named.toSorted()).toEqual(policies.map(fleetNameOf).toSorted())
  })

  it('means one policy each', () => {
    expect(policyOfFleet('auto')?.name).toBe('default')
    expect(policyOfFleet('prefix')?.name).toBe('default')
    expect(policyOfFleet('longestPrefix')?.name).toBe('prefix')
    expect(policyOfFleet('powerOfTwo')?.name).toBe('power-of-two')
    expect(policyOfFleet('power-of-two')).toBeUndefined()
  })

  it('says of those, and only those, that engines have to tell what they hold', () => {
    for (const policy of policies) {
      expect(routingPolicies.filter((name) => name === fleetNameOf(policy)).map(goesByKvEvents)).toEqual([
        policy.prefixes === 'exact',
      ])
    }
  })
})
