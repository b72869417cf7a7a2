/**
 * What is to happen, by time; of one time in the order in which it was put in. A binary heap whose times stand in a typed
 * array: millions of events pass through it, and none of them is worth an object.
 */
export class EventQueue<Kind> {
  #times = new Float64Array(64)
  #orders = new Float64Array(64)
  readonly #whats: Kind[] = []
  #order = 0
  #takenMs = 0

  get size(): number {
    return this.#whats.length
  }

  /** The time of what was taken last. */
  get nowMs(): number {
    return this.#takenMs
  }

  put(atMs: number, what: Kind): void {
    let place = this.#whats.length
    if (place === this.#times.length) {
      this.#times = doubled(this.#times)
      this.#orders = doubled(this.#orders)
    }
    const order = this.#order
    this.#order += 1
    this.#whats.push(what)
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.#isBefore(atMs, order, above)) break
      this.#move(above, place)
      place = above
    }
    this.#set(place, atMs, order, what)
  }

  /** Takes the next out; undefined when there is none. */
  take(): Kind | undefined {
    const first = this.#whats[0]
    const last = this.#whats.pop()
    if (first === undefined || last === undefined) return undefined
    const count = this.#whats.length
    this.#takenMs = this.#times[0] ?? 0
    if (count === 0) return first
    const atMs = this.#times[count] ?? 0
    const order = this.#orders[count] ?? 0
    let place = 0
    for (let below = 1; below < count; below = 2 * place + 1) {
      const right = below + 1
      if (right < count && this.#isBefore(this.#times[right] ?? 0, this.#orders[right] ?? 0, below)) below = right
      if (this.#isBefore(atMs, order, below)) break
      this.#move(below, place)
      place = below
    }
    this.#set(place, atMs, order, last)
    return first
  }

  #isBefore(atMs: number, order: number, place: number): boolean {
    const other = this.#times[place] ?? 0
    return atMs < other || (atMs === other && order < (this.#orders[place] ?? 0))
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from] ?? 0, this.#orders[from] ?? 0, this.#whats[from])
  }

  #set(place: number, atMs: number, order: number, what: Kind | undefined): void {
    this.#times[place] = atMs
    this.#orders[place] = order
    if (what !== undefined) this.#whats[place] = what
  }
}

function doubled(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * numbers.length)
  more.set(numbers)
  return more
}
