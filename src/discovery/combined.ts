import type { Replica, ReplicaSource } from './contract.ts'

/** Several sources as one; a replica id that two of them know is taken from the first. */
export function combineSources(sources: readonly ReplicaSource[]): ReplicaSource {
  return {
    name: sources.map((source) => source.name).join('+'),
    async start() {
      await Promise.all(sources.map((source) => source.start()))
    },
    snapshot() {
      const replicas = new Map<string, Replica>()
      for (const source of sources) {
        for (const replica of source.snapshot()) if (!replicas.has(replica.id)) replicas.set(replica.id, replica)
      }
      return [...replicas.values()]
    },
    subscribe(listener) {
      const ends = sources.map((source) => source.subscribe(listener))
      return () => ends.forEach((end) => end())
    },
    async close() {
      await Promise.all(sources.map((source) => source.close()))
    },
  }
}
