/**
 * Where replicas are: addresses from the Fleet, the state file of a Fleet on this machine, a pools file with names that
 * are looked up in DNS, or several of them together.
 */
export { combineSources } from './combined.ts'
export {
  baseUrl,
  type KvEventsPlace,
  type Replica,
  type ReplicaAddress,
  type ReplicaPhase,
  type ReplicaSource,
} from './contract.ts'
export { parseBaseUrl } from './base-url.ts'
export { createLocalStateSource } from './local-state.ts'
export {
  localStateSchema,
  type LocalReplicaState,
  type LocalState,
  type ProcessIdentity,
  type ProcessState,
} from './local-state-schema.ts'
export { createPoolsSource, type PoolsOptions } from './pools.ts'
export { canaryOfLabel, canaryShareLabel } from './slice-endpoints.ts'
export { createStaticSource } from './static.ts'
