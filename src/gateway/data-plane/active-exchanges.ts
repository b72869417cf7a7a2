import { EarlyCollections } from './early-collections.ts'

/** A request under way, as draining sees it. */
export interface ActiveExchange {
  /** Where it stands among those under way; theirs to keep. */
  place: number
  /** Asks the client to open another connection next time; too late once the head is sent. */
  lastOnConnection(): void
  /** Ends it because the gateway stops. */
  abandon(): void
}

/**
 * The requests under way. A `Set` would do, but for V8's way with one that things come to and leave: it moves to a new
 * table every few dozen of them, and each old table, once it is old enough for the collector to pass it over, keeps alive
 * what it held and the table after it. Nearly every request lived on until the whole heap was marked, for that.
 */
export class ActiveExchanges implements Iterable<ActiveExchange> {
  readonly #all: ActiveExchange[] = []
  readonly #collections = new EarlyCollections()

  get size(): number {
    return this.#all.length
  }

  add(exchange: ActiveExchange): void {
    exchange.place = this.#all.push(exchange) - 1
    this.#collections.onGrown(this.#all.length)
  }

  /** Does nothing for one that is not among them. */
  delete(exchange: ActiveExchange): void {
    const { place } = exchange
    if (this.#all[place] !== exchange) return
    const last = this.#all.pop()
    this.#collections.onShrunk(this.#all.length)
    if (last === undefined || last === exchange) return
    this.#all[place] = last
    last.place = place
  }

  /** Those that are under way now; they may end meanwhile. */
  [Symbol.iterator](): Iterator<ActiveExchange> {
    return [...this.#all].values()
  }
}
