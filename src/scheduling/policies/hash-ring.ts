import type { ReplicaState } from '../contract.ts'
import { seedOf } from '../prefix-hash.ts'

/** Points of each replica on the ring (KubeAI, `internal/loadbalancer/balance_chwbl.go`, `chwblReplication`). */
const pointsPerReplica = 256
/** A point and its replica's place share a number: the point above, the place in the lower 20 bits. */
const placeRoom = 2 ** 20

/** Replicas on a ring of hashes: a replica that comes or goes moves no more than its share of the prompts. */
export class HashRing {
  #replicas: readonly ReplicaState[] = []
  #names: readonly string[] = []
  #points = new Float64Array(0)

  /** Points of the ring. */
  get size(): number {
    return this.#points.length
  }

  /** Has the ring stand for these replicas; takes no time while they are the same. */
  update(replicas: readonly ReplicaState[]): void {
    if (replicas === this.#replicas && replicas.length === this.#names.length) return
    this.#replicas = replicas
    if (replicas.length === this.#names.length && replicas.every(({ name }, place) => name === this.#names[place]))
      return
    this.#names = replicas.map(({ name }) => name)
    const points = new Float64Array(replicas.length * pointsPerReplica)
    this.#names.forEach((name, place) => {
      let hash = seedOf(name, 0)
      for (let each = 0; each < pointsPerReplica; each += 1) {
        hash = seedOf('point', hash)
        points[place * pointsPerReplica + each] = (hash >>> 0) * placeRoom + place
      }
    })
    this.#points = points.sort()
  }

  /** The first point at or behind where a hash falls, to begin a walk. Mixed once more, for hashes that are not even. */
  find(hash: number): number {
    const wanted = (seedOf('prompt', hash) >>> 0) * placeRoom
    const points = this.#points
    let low = 0
    let high = points.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((points[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The replica of a point; behind the last comes the first again. */
  placeAt(point: number): number {
    return (this.#points[point % this.#points.length] ?? 0) % placeRoom
  }
}
