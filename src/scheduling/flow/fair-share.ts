import { EntryList, type Entry } from './entry.ts'
import { IndexedHeap } from './indexed-heap.ts'

/** Tenants that are remembered for what they got ahead of the others, at the most. */
const mostRemembered = 65_536

/** Entries of one tenant, in the order of their coming, and what it has got. */
class Tenant<Payload> extends EntryList<Payload> {
  readonly name: string
  /** Tokens that it was given, counted from the virtual time at which it began to wait. */
  given: number
  /** Breaks ties: who has stood at its rank for longer goes first. */
  since = 0
  /** In the heap of those who wait, or in that of those who are remembered. */
  turnPlace = -1
  lengthPlace = -1

  constructor(name: string, given: number) {
    super()
    this.name = name
    this.given = given
  }
}

/**
 * Gives turns to tenants of equal rank so that each gets an equal share of the tokens given away while it waits.
 *
 * Whose turn it is: the tenant that was given the least, as in the virtual token counter of Sheng et al., "Fairness in
 * Serving Large Language Models" (OSDI 2024). Where a tenant begins that comes anew: at the virtual time of an ideal
 * server that serves all who wait at once, a token each (generalised processor sharing; Greenberg and Madras, "How Fair
 * is Fair Queuing", 1992, by start times). A counter lifted to the least of those who wait, as the OSDI paper has it,
 * lets an endless row of new tenants stay ahead of one that waits.
 *
 * The bound: from the moment that a tenant begins to wait, it is given more than its equal share of all that is given
 * away, less one largest request. (While it waits with `given` = c, all that is given goes to tenants at c or below, so
 * nobody is above c + largest. The sum of given − virtual time over all tenants that the ideal server still serves is
 * never below 0. So the virtual time, which is c and its share, cannot reach c + largest.) What it had been given ahead
 * of its share before that moment, at most one largest request, counts.
 *
 * Two tenants that wait on are never more than two largest requests apart; under deficit round robin (Shreedhar and
 * Varghese 1995), which takes O(1), it is three.
 */
export class FairShare<Payload> {
  readonly #tenants = new Map<string, Tenant<Payload>>()
  /** Those who wait, the least given first. */
  readonly #waiting = new IndexedHeap<Tenant<Payload>>({
    isBefore: (a, b) => a.given < b.given || (a.given === b.given && a.since < b.since),
    placeOf: ({ turnPlace }) => turnPlace,
    setPlace: (tenant, place) => (tenant.turnPlace = place),
  })
  /** Those who do not wait and were given more than their share so far. */
  readonly #ahead = new IndexedHeap<Tenant<Payload>>({
    isBefore: (a, b) => a.given < b.given,
    placeOf: ({ turnPlace }) => turnPlace,
    setPlace: (tenant, place) => (tenant.turnPlace = place),
  })
  /** Those who wait, the one with the most entries first. */
  readonly #longest = new IndexedHeap<Tenant<Payload>>({
    isBefore: (a, b) => a.size > b.size,
    placeOf: ({ lengthPlace }) => lengthPlace,
    setPlace: (tenant, place) => (tenant.lengthPlace = place),
  })
  #virtualTime = 0
  #lastSince = 0

  /** Tenants that wait. */
  get tenants(): number {
    return this.#waiting.size
  }

  /** Tenants that it holds anything of, for tests of its bounds. */
  get remembered(): number {
    return this.#tenants.size
  }

  /** Entries of a tenant. */
  lengthOf(name: string): number {
    return this.#tenants.get(name)?.size ?? 0
  }

  /** The newest entry of the tenant that has the most, and how many those are. */
  get newestOfLongest(): { readonly entry: Entry<Payload>; readonly length: number } | null {
    const tenant = this.#longest.first
    return tenant === undefined || tenant.last === null ? null : { entry: tenant.last, length: tenant.size }
  }

  /** The oldest entry of each tenant. */
  *oldest(): Iterable<Entry<Payload>> {
    for (const tenant of this.#waiting.values()) if (tenant.first !== null) yield tenant.first
  }

  add(entry: Entry<Payload>): void {
    const { tenant: name } = entry.request
    let tenant = this.#tenants.get(name)
    if (tenant === undefined) this.#tenants.set(name, (tenant = new Tenant(name, this.#virtualTime)))
    tenant.append(entry)
    if (tenant.size > 1) {
      this.#longest.update(tenant)
      return
    }
    this.#ahead.remove(tenant)
    this.#rank(tenant)
    this.#waiting.push(tenant)
    this.#longest.push(tenant)
  }

  /** Takes out whose turn it is, and charges its tenant. */
  take(): Entry<Payload> | null {
    const tenant = this.#waiting.first
    const entry = tenant?.first ?? null
    if (tenant === undefined || entry === null) return null
    // Who left without being served has left its share to the others.
    if (tenant.given > this.#virtualTime) this.#advanceTo(tenant.given)
    tenant.remove(entry)
    tenant.given += entry.tokens
    this.#rank(tenant)
    this.#settle(tenant)
    this.#share(entry.tokens)
    return entry
  }

  /** Takes out an entry that is not served: its tenant is not charged. */
  remove(entry: Entry<Payload>): void {
    const tenant = this.#tenants.get(entry.request.tenant)
    if (tenant === undefined || entry.list !== tenant) throw new Error('an entry left a queue that it was not in')
    tenant.remove(entry)
    this.#settle(tenant)
    if (this.#waiting.size === 0) this.#forget()
  }

  #rank(tenant: Tenant<Payload>): void {
    this.#lastSince += 1
    tenant.since = this.#lastSince
  }

  /** Puts a tenant where it belongs after one of its entries has left. */
  #settle(tenant: Tenant<Payload>): void {
    if (tenant.size > 0) {
      this.#waiting.update(tenant)
      this.#longest.update(tenant)
      return
    }
    this.#waiting.remove(tenant)
    this.#longest.remove(tenant)
    if (tenant.given <= this.#virtualTime) this.#tenants.delete(tenant.name)
    else this.#remember(tenant)
  }

  #remember(tenant: Tenant<Payload>): void {
    this.#ahead.push(tenant)
    const least = this.#ahead.first
    if (this.#ahead.size <= mostRemembered || least === undefined) return
    this.#ahead.remove(least)
    this.#tenants.delete(least.name)
  }

  /** The ideal server gives away as many tokens, to all that it still serves. */
  #share(tokens: number): void {
    if (this.#waiting.size === 0) {
      this.#forget()
      return
    }
    let left = tokens
    for (;;) {
      const served = this.#waiting.size + this.#ahead.size
      const next = this.#ahead.first
      const until = this.#virtualTime + left / served
      if (next === undefined || until < next.given) {
        this.#virtualTime = until
        return
      }
      left -= (next.given - this.#virtualTime) * served
      this.#advanceTo(next.given)
    }
  }

  #advanceTo(time: number): void {
    this.#virtualTime = time
    for (;;) {
      const next = this.#ahead.first
      if (next === undefined || next.given > time) return
      this.#ahead.remove(next)
      this.#tenants.delete(next.name)
    }
  }

  /** Nobody waits: nobody is behind. */
  #forget(): void {
    this.#ahead.clear()
    this.#tenants.clear()
    this.#virtualTime = 0
  }
}
