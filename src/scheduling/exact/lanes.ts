import { laneLimitAt, laneSequenceAt, type IndexViews } from './memory.ts'

/** One engine process: a data-parallel rank of a replica, with a lane for each group of its KV cache. */
export interface Unit {
  readonly replica: number
  readonly rank: number
  readonly lanes: Map<number, number>
}

/**
 * Which lane stands for what: the writer's side. A lane that is retired counts no more for any reader from that moment
 * on; its blocks are taken out later, and only then is it given to another.
 */
export class Lanes {
  readonly #views: IndexViews
  readonly #units = new Map<string, Unit>()
  readonly #unitNumbers = new Map<Unit, number>()
  readonly #free: number[]
  readonly #freeUnits: number[]
  /** Holdings of each lane. */
  readonly #holdings: Int32Array
  readonly #retired = new Set<number>()

  constructor(views: IndexViews, lanes: number) {
    this.#views = views
    this.#free = Array.from({ length: lanes }, (_, index) => lanes - 1 - index)
    this.#freeUnits = [...this.#free]
    this.#holdings = new Int32Array(lanes)
  }

  /** Whether lanes wait for their blocks to be taken out. */
  get hasRetired(): boolean {
    return this.#retired.size > 0
  }

  isRetired(lane: number): boolean {
    return this.#retired.has(lane)
  }

  /** The lane of a group; null when none is free. */
  laneOf(replica: number, rank: number, group: number): number | null {
    const unit = this.#unitOf(replica, rank)
    return unit.lanes.get(group) ?? this.#open(unit, group)
  }

  /** What an engine process holds counts no more. Its groups stay known. */
  clear(replica: number, rank: number): void {
    const unit = this.#units.get(`${replica}:${rank}`)
    if (unit === undefined) return
    const groups = [...unit.lanes.keys()]
    this.#change(() => {
      for (const lane of unit.lanes.values()) this.#retire(lane)
      unit.lanes.clear()
      this.#giveNumberBack(unit)
    })
    // Those that hold nothing can be given to another at once.
    this.freeRetired()
    for (const group of groups) this.#open(unit, group)
  }

  /** A replica is gone, all its ranks with it. */
  forget(replica: number): void {
    this.#change(() => {
      for (const [key, unit] of this.#units) {
        if (unit.replica !== replica) continue
        for (const lane of unit.lanes.values()) this.#retire(lane)
        this.#units.delete(key)
        this.#giveNumberBack(unit)
      }
    })
  }

  /** Every lane is empty, and those that were retired are free: the index was emptied. */
  reset(): void {
    this.#holdings.fill(0)
    this.freeRetired()
  }

  /** A lane holds one block more or less. */
  count(lane: number, change: 1 | -1): void {
    this.#holdings[lane] = (this.#holdings[lane] ?? 0) + change
  }

  /** Frees retired lanes that hold nothing any more. */
  freeRetired(): void {
    for (const lane of this.#retired) {
      if (this.#holdings[lane] !== 0) continue
      this.#retired.delete(lane)
      this.#free.push(lane)
    }
  }

  #unitOf(replica: number, rank: number): Unit {
    const key = `${replica}:${rank}`
    const known = this.#units.get(key)
    if (known !== undefined) return known
    const unit: Unit = { replica, rank, lanes: new Map() }
    this.#units.set(key, unit)
    return unit
  }

  /** The number of a unit that has a lane, or is about to: there are as many numbers as lanes. */
  #numberOf(unit: Unit): number {
    const known = this.#unitNumbers.get(unit)
    if (known !== undefined) return known
    const number = this.#freeUnits.pop()
    if (number === undefined) throw new Error('there are more units with lanes than lanes')
    this.#unitNumbers.set(unit, number)
    return number
  }

  /** A unit has no lane any more. */
  #giveNumberBack(unit: Unit): void {
    const number = this.#unitNumbers.get(unit)
    if (number === undefined) return
    this.#unitNumbers.delete(unit)
    this.#freeUnits.push(number)
  }

  #open(unit: Unit, group: number): number | null {
    const lane = this.#free.pop()
    if (lane === undefined) return null
    const { header, laneReplicas, laneUnits } = this.#views
    const number = this.#numberOf(unit)
    this.#change(() => {
      Atomics.store(laneUnits, lane, number)
      Atomics.store(laneReplicas, lane, unit.replica + 1)
      if (lane >= Atomics.load(header, laneLimitAt)) Atomics.store(header, laneLimitAt, lane + 1)
    })
    unit.lanes.set(group, lane)
    return lane
  }

  #retire(lane: number): void {
    Atomics.store(this.#views.laneReplicas, lane, 0)
    this.#retired.add(lane)
  }

  /** Readers who look meanwhile look again. */
  #change(act: () => void): void {
    const { header } = this.#views
    Atomics.add(header, laneSequenceAt, 1)
    act()
    Atomics.add(header, laneSequenceAt, 1)
  }
}
