/**
 * NetworkPolicies: who of a Fleet may call whom, and what outside of it. A target says which way requests take to its engines
 * (`traffic.ts`); the policies that follow are the same on every one.
 */
export type { NetworkContext } from './context.ts'
export { fetchedSources, weightDestinations, type Destination } from './destinations.ts'
export { calledByGateway, directTraffic } from './direct.ts'
export { policiesOf, policiesOfDownloads, scrapedOn } from './policies.ts'
export { podsOf, policyOf, type Incoming, type Outgoing } from './policy.ts'
export { anyPod, apiServer, dns, outgoingTo, tcp } from './rules.ts'
export type { Traffic } from './traffic.ts'
