/** Cells of one replica in the row of one thread: requests, tokens, pending blocks, and one that is left free. */
export const cellsPerReplica = 4
const tokensCell = 1
const pendingBlocksCell = 2

/** Where a replica is counted: one row a thread, `cellsPerReplica` cells a replica in each. */
export interface CountPlace {
  readonly cells: Int32Array
  /** Cells of a row. */
  readonly rowCells: number
  /** The row of this thread, which only it writes. */
  readonly row: number
  /** The replica's number in its row. */
  readonly column: number
}

/** Replicas that one thread counts alone lie together, because whoever chooses among a thousand reads the counts of all. */
const replicasTogether = 256
const newCells = () => new Int32Array(replicasTogether * cellsPerReplica)
let together = newCells()
let taken = 0

/** A place of this thread alone. */
function ownPlace(): CountPlace {
  if (taken === replicasTogether) {
    together = newCells()
    taken = 0
  }
  taken += 1
  return { cells: together, rowCells: together.length, row: 0, column: taken - 1 }
}

/** Tries to get a place below a limit while other threads try too and give theirs back again. */
const attempts = 64

/**
 * What this gateway has at a replica, over all of its threads: each writes its own cells, and reads those of all. A moment's delay
 * between cores does no harm to a choice, so what is no limit is read without `Atomics`, whose calls cost ten times as much.
 */
export class ReplicaCounts {
  readonly #cells: Int32Array
  readonly #rowCells: number
  /** Its first cell in the first row. */
  readonly #first: number
  /** Its first cell in this thread's row. */
  readonly #own: number

  /** @param place a place of this thread alone when absent */
  constructor({ cells, rowCells, row, column }: CountPlace = ownPlace()) {
    this.#cells = cells
    this.#rowCells = rowCells
    this.#first = column * cellsPerReplica
    this.#own = row * rowCells + this.#first
  }

  /** Requests under way. */
  get requests(): number {
    return this.#sum(0)
  }

  /** Tokens of these requests: prompts, and the answers that are expected. */
  get tokens(): number {
    return this.#sum(tokensCell)
  }

  /** Blocks of their prompts that it was sent, did not hold, and has not answered yet. */
  get pendingBlocks(): number {
    return this.#sum(pendingBlocksCell)
  }

  /**
   * Counts one more request, unless all threads together have `limit` already. Who comes late sees everybody before him, since
   * he counts himself first and sums then; two that meet at the last place both step back and try again.
   */
  take(limit: number): boolean {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      Atomics.add(this.#cells, this.#own, 1)
      if (limit === Infinity || this.#requestsInOneOrder() <= limit) return true
      Atomics.sub(this.#cells, this.#own, 1)
      if (this.#requestsInOneOrder() >= limit) return false
    }
    return false
  }

  /** Counts one request less. */
  giveBack(): void {
    if (Atomics.sub(this.#cells, this.#own, 1) <= 0) throw new Error('an in-flight count fell below zero')
  }

  /** Counts a whole number of tokens more; what is taken back later is negative. */
  addTokens(tokens: number): void {
    this.#add(tokensCell, tokens)
  }

  /** Counts a whole number of blocks more; what is taken back later is negative. */
  addPendingBlocks(blocks: number): void {
    this.#add(pendingBlocksCell, blocks)
  }

  #add(cell: number, amount: number): void {
    const at = this.#own + cell
    this.#cells[at] = (this.#cells[at] ?? 0) + amount
  }

  #sum(cell: number): number {
    const cells = this.#cells
    const step = this.#rowCells
    let sum = 0
    for (let at = this.#first + cell; at < cells.length; at += step) sum += cells[at] ?? 0
    return sum
  }

  /** Requests of all threads, in the one order in which all of them see it. */
  #requestsInOneOrder(): number {
    const cells = this.#cells
    const step = this.#rowCells
    let sum = 0
    for (let at = this.#first; at < cells.length; at += step) sum += Atomics.load(cells, at)
    return sum
  }
}
