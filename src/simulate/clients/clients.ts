import type { Workload, WorkloadRequest } from '../contract.ts'

/**
 * Makes the load of a workload: requests come by the clock, or some time after the one that they follow has ended; stages
 * come one after another; and where the workload bounds how many are under way, more wait here, before they count as come.
 */
export class Clients {
  readonly #workload: Workload
  readonly #rate: number
  readonly #come: (place: number, atMs: number) => void
  /** Requests that wait for the end of another. */
  readonly #followers: ReadonlyMap<number, readonly number[]>
  /** Requests of each stage that have not ended, by stage. */
  readonly #left = new Map<number, number>()
  readonly #stages: readonly number[]
  #stage = 0
  #underWay = 0
  /** Those that others under way keep from coming, in order. */
  readonly #held: number[] = []
  #firstHeld = 0
  /** Those that have the place of one that has ended, until they come. */
  readonly #called = new Set<number>()

  /** @param come told that a request's time comes at `atMs`; at that time `admits` is to be asked */
  constructor(workload: Workload, rate: number, come: (place: number, atMs: number) => void) {
    this.#workload = workload
    this.#rate = rate
    this.#come = come
    this.#followers = followersOf(workload)
    for (const request of workload.requests) {
      const stage = stageOf(request)
      this.#left.set(stage, (this.#left.get(stage) ?? 0) + 1)
    }
    this.#stages = [...this.#left.keys()].toSorted((one, other) => one - other)
  }

  /** The first stage begins. */
  start(): void {
    this.#begin(0)
  }

  /** A request's time has come: whether it comes now. Else it comes when another has ended. */
  admits(place: number): boolean {
    if (this.#called.delete(place)) return true
    if (this.#underWay >= (this.#workload.concurrency ?? Infinity)) {
      this.#held.push(place)
      return false
    }
    this.#underWay += 1
    return true
  }

  /** A request that came is over, whatever became of it. */
  ended(place: number, nowMs: number): void {
    const next = this.#held[this.#firstHeld]
    if (next === undefined) this.#underWay -= 1
    else {
      this.#firstHeld += 1
      this.#called.add(next)
      this.#come(next, nowMs)
    }
    const { requests } = this.#workload
    for (const follower of this.#followers.get(place) ?? [])
      this.#come(follower, nowMs + (requests[follower]?.atMs ?? 0))
    const request = requests[place]
    if (request === undefined) return
    const stage = stageOf(request)
    const left = (this.#left.get(stage) ?? 0) - 1
    this.#left.set(stage, left)
    if (left > 0 || stage !== this.#stages[this.#stage]) return
    this.#stage += 1
    this.#begin(nowMs)
  }

  #begin(nowMs: number): void {
    const stage = this.#stages[this.#stage]
    this.#workload.requests.forEach((request, place) => {
      if (stageOf(request) === stage && request.after < 0) this.#come(place, nowMs + request.atMs / this.#rate)
    })
  }
}

const stageOf = ({ stage }: WorkloadRequest): number => stage ?? 0

function followersOf({ requests }: Workload): ReadonlyMap<number, readonly number[]> {
  const followers = new Map<number, number[]>()
  requests.forEach(({ after }, place) => {
    if (after < 0) return
    const others = followers.get(after)
    if (others === undefined) followers.set(after, [place])
    else others.push(place)
  })
  return followers
}
