/** Who does what is due. */
export interface DeadlineOwner {
  onDue(): void
}

/**
 * Something that is due at a time; it belongs to at most one slot of one wheel. One that is cancelled by another
 * of the same tick still fires: `onDue` looks whether it still matters.
 */
export class Deadline {
  /** Milliseconds of the wheel's clock. */
  dueAt = 0
  readonly owner: DeadlineOwner
  slot = -1
  next: Deadline | null = null
  previous: Deadline | null = null

  constructor(owner: DeadlineOwner) {
    this.owner = owner
  }
}

/**
 * All deadlines of a thread on one coarse timer: setting, moving and cancelling cost a few assignments, where a timer
 * for each request would be made and cleared thousands of times a second. A deadline fires up to one tick late.
 * A hashed wheel after Varghese and Lauck (1987), scheme 6: one further away than a turn is passed over until it is due.
 */
export class DeadlineWheel {
  readonly #tickMs: number
  readonly #clock: () => number
  readonly #slots: (Deadline | null)[]
  #timer: NodeJS.Timeout | null = null
  #lastTick = 0
  #size = 0

  constructor(options: { readonly tickMs?: number; readonly slots?: number; readonly clock?: () => number } = {}) {
    this.#tickMs = options.tickMs ?? 20
    this.#clock = options.clock ?? (() => performance.now())
    this.#slots = Array.from({ length: options.slots ?? 1024 }, () => null)
  }

  /** Deadlines that are set. */
  get size(): number {
    return this.#size
  }

  /** Sets or moves a deadline. */
  set(deadline: Deadline, dueAt: number): void {
    if (deadline.slot >= 0) this.#unlink(deadline)
    if (this.#timer === null) this.#start()
    const tick = Math.max(Math.ceil(dueAt / this.#tickMs), this.#lastTick + 1)
    const slot = tick % this.#slots.length
    const first = this.#slots[slot] ?? null
    deadline.dueAt = dueAt
    deadline.slot = slot
    deadline.next = first
    if (first !== null) first.previous = deadline
    this.#slots[slot] = deadline
    this.#size += 1
  }

  /** Sets a deadline, or moves it where it would fire later: whoever moves it away lets it fire and looks again. */
  hasten(deadline: Deadline, dueAt: number): void {
    if (deadline.slot < 0 || dueAt < deadline.dueAt) this.set(deadline, dueAt)
  }

  /** Takes a deadline back; nothing happens when it is not set. The timer goes on to its next tick. */
  cancel(deadline: Deadline): void {
    if (deadline.slot >= 0) this.#unlink(deadline)
  }

  /** Fires what is due. The timer calls it; tests with their own clock do too. */
  advance(): void {
    const now = this.#clock()
    const tick = Math.floor(now / this.#tickMs)
    const turns = Math.min(tick - this.#lastTick, this.#slots.length)
    this.#lastTick = tick
    // Taken out before the first one fires, since that may set and cancel others.
    const due: Deadline[] = []
    for (let back = turns - 1; back >= 0; back -= 1) {
      let deadline = this.#slots[(tick - back) % this.#slots.length] ?? null
      for (; deadline !== null; deadline = deadline.next) if (deadline.dueAt <= now) due.push(deadline)
    }
    for (const deadline of due) this.#unlink(deadline)
    for (const deadline of due) deadline.owner.onDue()
    if (this.#size === 0) this.close()
  }

  /** Stops the timer. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #start(): void {
    this.#lastTick = Math.floor(this.#clock() / this.#tickMs)
    this.#timer = setInterval(() => this.advance(), this.#tickMs)
    this.#timer.unref()
  }

  #unlink(deadline: Deadline): void {
    if (deadline.previous === null) this.#slots[deadline.slot] = deadline.next
    else deadline.previous.next = deadline.next
    if (deadline.next !== null) deadline.next.previous = deadline.previous
    deadline.slot = -1
    deadline.next = null
    deadline.previous = null
    this.#size -= 1
  }
}
