import type { Replica, ReplicaSource } from '../../discovery/index.ts'

/** A source whose replicas a test sets. */
export interface SettableSource {
  readonly source: ReplicaSource
  set(...replicas: readonly Replica[]): void
}

/** A source with these replicas, until others are set. */
export function settableSource(...first: readonly Replica[]): SettableSource {
  const listeners = new Set<() => void>()
  let replicas = first
  return {
    source: {
      name: 'test',
      start: async () => {},
      snapshot: () => replicas,
      subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
      close: async () => {},
    },
    set(...next) {
      replicas = next
      for (const listener of listeners) listener()
    },
  }
}

/** A serving replica of model `m` at a port of this machine, unless the fields say otherwise. */
export const replicaAt = (port: number, fields: Partial<Replica> = {}): Replica => ({
  id: 'm-0',
  model: 'm',
  engine: 'simulated',
  address: { protocol: 'http', host: '127.0.0.1', port, basePath: '' },
  phase: 'serving',
  role: 'both',
  generation: 1,
  ...fields,
})
