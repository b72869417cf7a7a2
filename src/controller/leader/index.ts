/**
 * One of several controllers leads: it holds a Lease of the API server and renews it in time, and the others wait for it to let
 * go or to fall silent. Clocks of different machines are never compared.
 */
export { LeaderElection, type ElectionTimes, type Term } from './leader-election.ts'
export { leaseStore, type LeaseStore, type StoredLease } from './lease-store.ts'
export { fencedClient } from './fenced-client.ts'
export { namespacedClient } from './namespaced-client.ts'
