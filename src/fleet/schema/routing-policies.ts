/**
 * What `routing.policy` may be: `auto`, and each policy of the scheduler (`src/scheduling/policies/fleet-names.ts` says
 * which one a name means; a test there holds both lists together).
 */
export const routingPolicies = [
  'auto',
  'leastInFlight',
  'roundRobin',
  'load',
  'prefix',
  'prefixExact',
  'random',
  'powerOfTwo',
  'consistentHash',
  'session',
  'adapter',
  'longestPrefix',
  'longestPrefixExact',
  'blend',
  'blendExact',
  'stickyUntilSaturated',
  'predicted',
] as const

export type RoutingPolicy = (typeof routingPolicies)[number]

/** Whether a policy goes by what engines say that they hold, so that they have to publish KV events. */
export const goesByKvEvents = (policy: RoutingPolicy): boolean => policy.endsWith('Exact')
