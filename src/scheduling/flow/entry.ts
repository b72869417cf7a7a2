/** A request that is to wait, as its queue needs it. */
export interface WaitingRequest<Payload> {
  /** Between whom turns are taken. */
  readonly tenant: string
  /** Higher goes first; below 0 is shed first. */
  readonly priority: number
  /** What it takes of a replica: tokens of its prompt and of the answer that is expected; at least 1 is counted. */
  readonly tokens: number
  /** When waiting on is of no use, milliseconds of the caller's clock; Infinity for never. */
  readonly deadlineMs: number
  /** Whose turn it will be. */
  readonly payload: Payload
}

/** A request that waits. Its fields beside `request` and `enqueuedAtMs` are the queue's own. */
export class Entry<Payload> {
  readonly request: WaitingRequest<Payload>
  readonly enqueuedAtMs: number
  /** What it is charged. */
  readonly tokens: number
  /** The list that it stands in; null once it has left. */
  list: EntryList<Payload> | null = null
  next: Entry<Payload> | null = null
  previous: Entry<Payload> | null = null
  deadlinePlace = -1

  constructor(request: WaitingRequest<Payload>, nowMs: number) {
    this.request = request
    this.enqueuedAtMs = nowMs
    this.tokens = Math.max(1, request.tokens)
  }

  /** Whether it still waits. */
  get isWaiting(): boolean {
    return this.list !== null
  }
}

/** Entries in the order of their coming, from which any can leave in O(1). */
export class EntryList<Payload> {
  first: Entry<Payload> | null = null
  last: Entry<Payload> | null = null
  size = 0

  append(entry: Entry<Payload>): void {
    entry.list = this
    entry.previous = this.last
    entry.next = null
    if (this.last === null) this.first = entry
    else this.last.next = entry
    this.last = entry
    this.size += 1
  }

  remove(entry: Entry<Payload>): void {
    if (entry.list !== this) throw new Error('an entry left a list that it was not in')
    if (entry.previous === null) this.first = entry.next
    else entry.previous.next = entry.next
    if (entry.next === null) this.last = entry.previous
    else entry.next.previous = entry.previous
    entry.list = null
    entry.next = null
    entry.previous = null
    this.size -= 1
  }
}
