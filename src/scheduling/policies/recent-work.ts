import type { ReplicaState } from '../contract.ts'

/** How long work is remembered, milliseconds: to 1/e. */
const memoryMs = 600_000

/**
 * Work that each replica got lately, tokens: it says what queues do not while there are none, whose cache is being
 * overwritten the most. A replica that is new is taken to have done what the others did, so that it is not flooded.
 */
export class RecentWork {
  #replicas: readonly ReplicaState[] = []
  #names: readonly string[] = []
  #work = new Float64Array(0)
  #atMs = 0
  /** Of all replicas. */
  mean = 0

  of(place: number): number {
    return this.#work[place] ?? 0
  }

  /** Lets what is past fade, and follows the replicas that come and go. */
  update(replicas: readonly ReplicaState[], nowMs: number): void {
    if (replicas !== this.#replicas || replicas.length !== this.#names.length) this.#follow(replicas)
    const left = nowMs > this.#atMs ? Math.exp((this.#atMs - nowMs) / memoryMs) : 1
    this.#atMs = Math.max(this.#atMs, nowMs)
    const work = this.#work
    let total = 0
    for (let place = 0; place < work.length; place += 1) {
      const its = (work[place] ?? 0) * left
      work[place] = its
      total += its
    }
    this.mean = work.length === 0 ? 0 : total / work.length
  }

  add(replicas: readonly ReplicaState[], place: number, tokens: number): void {
    if (replicas !== this.#replicas) this.#follow(replicas)
    const work = this.#work
    if (place >= work.length || work.length === 0) return
    work[place] = (work[place] ?? 0) + tokens
    this.mean += tokens / work.length
  }

  #follow(replicas: readonly ReplicaState[]): void {
    this.#replicas = replicas
    const isSame =
      replicas.length === this.#names.length && replicas.every(({ name }, place) => name === this.#names[place])
    if (isSame) return
    const before = new Map(this.#names.map((name, place) => [name, this.of(place)]))
    this.#names = replicas.map(({ name }) => name)
    this.#work = Float64Array.from(this.#names, (name) => before.get(name) ?? this.mean)
  }
}
