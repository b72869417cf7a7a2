import type { ForeignLoad, ReportedLoad } from '../../scheduling/index.ts'
import type { EngineTold } from '../data-plane/replica-handle.ts'
import { toOwnMs, toSharedMs } from './thread-clock.ts'

/** Int32 cells of a slot: its flags, its failures in a row, and who makes its trial request. */
const stride = 4
const flagsAt = 0
const failuresAt = 1
const trialAt = 2

const isReachableFlag = 1
const isEjectedFlag = 2

/** Replicas that a gateway of several threads can hold at once, those included that still finish requests. */
export const slotCount = 4_096

/** How a replica stands. */
export interface Standing {
  readonly isReachable: boolean
  readonly isEjected: boolean
  readonly failuresInRow: number
  /** Until when it is set aside, in milliseconds of the shared clock; 0 where it is not. */
  readonly ejectedUntilMs: number
  /** Since when nothing has come from it, in milliseconds of the shared clock; 0 where something does. */
  readonly silentSinceMs: number
  /** What others have there. */
  readonly foreign: ForeignLoad
  readonly told: EngineTold
}

/** Float64 cells of a slot: until when it is set aside, what others have there, since when it is silent, what its engine told. */
const figures = 9
/** Cells of what an engine told: tokens of its cache, when it told how full it was (0: it has not), and that. */
const toldFigures = 5

/**
 * How every replica stands, in memory that all threads see: the control thread writes, workers read. Only the trial
 * request of a replica that was set aside is taken by a worker, by whichever comes first.
 */
export class ReplicaBoard {
  readonly memory: SharedArrayBuffer
  readonly #cells: Int32Array
  readonly #until: Float64Array
  /** Two cells of a slot: requests of others, and how many of them wait. */
  readonly #foreign: Float64Array
  readonly #silent: Float64Array
  readonly #told: Float64Array

  constructor(memory = new SharedArrayBuffer(slotCount * (stride * 4 + figures * 8))) {
    this.memory = memory
    this.#until = new Float64Array(memory, 0, slotCount)
    this.#foreign = new Float64Array(memory, slotCount * 8, 2 * slotCount)
    this.#silent = new Float64Array(memory, 3 * slotCount * 8, slotCount)
    this.#told = new Float64Array(memory, 4 * slotCount * 8, toldFigures * slotCount)
    this.#cells = new Int32Array(memory, slotCount * figures * 8, slotCount * stride)
  }

  write(slot: number, standing: Standing): void {
    const at = slot * stride
    this.#until[slot] = standing.ejectedUntilMs
    this.#silent[slot] = standing.silentSinceMs
    this.#foreign[2 * slot] = standing.foreign.requests
    this.#foreign[2 * slot + 1] = standing.foreign.waiting
    this.#writeTold(slot, standing.told)
    Atomics.store(this.#cells, at + failuresAt, standing.failuresInRow)
    const flags = (standing.isReachable ? isReachableFlag : 0) | (standing.isEjected ? isEjectedFlag : 0)
    Atomics.store(this.#cells, at + flagsAt, flags)
  }

  isReachable(slot: number): boolean {
    return (Atomics.load(this.#cells, slot * stride + flagsAt) & isReachableFlag) !== 0
  }

  isEjected(slot: number): boolean {
    return (Atomics.load(this.#cells, slot * stride + flagsAt) & isEjectedFlag) !== 0
  }

  failuresInRow(slot: number): number {
    return Atomics.load(this.#cells, slot * stride + failuresAt)
  }

  ejectedUntilMs(slot: number): number {
    return this.#until[slot] ?? 0
  }

  /** Since when nothing has come from it; 0 where something does. */
  silentSinceMs(slot: number): number {
    return this.#silent[slot] ?? 0
  }

  /** What others have there, as it is whenever it is looked at. */
  foreignAt(slot: number): ForeignLoad {
    const cells = this.#foreign
    return {
      get requests() {
        return cells[2 * slot] ?? 0
      },
      get waiting() {
        return cells[2 * slot + 1] ?? 0
      },
    }
  }

  /** What its engine told, as it is whenever it is looked at. */
  toldAt(slot: number): EngineTold {
    const cells = this.#told
    const at = toldFigures * slot
    const reported: ReportedLoad = {
      get running() {
        return cells[at + 2] ?? 0
      },
      get waiting() {
        return cells[at + 3] ?? 0
      },
      get kvCacheUsage() {
        return cells[at + 4] ?? 0
      },
      get ageMs() {
        return performance.now() - toOwnMs(cells[at + 1] ?? 0)
      },
    }
    return {
      get kvCacheTokens() {
        return cells[at] ?? 0
      },
      get reported() {
        return cells[at + 1] === 0 ? null : reported
      },
    }
  }

  #writeTold(slot: number, { kvCacheTokens, reported }: EngineTold): void {
    const cells = this.#told
    const at = toldFigures * slot
    cells[at] = kvCacheTokens
    cells[at + 2] = reported?.running ?? 0
    cells[at + 3] = reported?.waiting ?? 0
    cells[at + 4] = reported?.kvCacheUsage ?? 0
    cells[at + 1] = reported === null ? 0 : toSharedMs(performance.now() - reported.ageMs)
  }

  /** The row of the thread whose request is its trial; null where there is none. */
  trialOf(slot: number): number | null {
    const taker = Atomics.load(this.#cells, slot * stride + trialAt)
    return taker === 0 ? null : taker - 1
  }

  /** Takes the trial for the thread of a row; false where another was first. */
  takeTrial(slot: number, row: number): boolean {
    return Atomics.compareExchange(this.#cells, slot * stride + trialAt, 0, row + 1) === 0
  }

  endTrial(slot: number): void {
    Atomics.store(this.#cells, slot * stride + trialAt, 0)
  }
}
