import type { Replica, ReplicaSource } from './contract.ts'

/** Replicas whose addresses were written down and never change. */
export function fixedSource(replicas: readonly Replica[]): ReplicaSource {
  return {
    name: 'static',
    start: async () => {},
    snapshot: () => replicas,
    subscribe: () => () => {},
    close: async () => {},
  }
}
