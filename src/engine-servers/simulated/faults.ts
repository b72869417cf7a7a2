import { z } from 'zod'

/** Faults that are injected: every n-th of something; 0 is never. */
export interface FaultSettings {
  /** Every n-th sequence fails with 500. */
  readonly failEvery: number
  /** Every n-th sequence is accepted and never answered. */
  readonly hangEvery: number
  /** Every n-th stream is cut after its fifth token. */
  readonly dieEvery: number
}

/** What becomes of one sequence. */
export type Fault = 'none' | 'fail' | 'hang' | 'die'

const every = z.int().min(0).max(1e6).optional()

/** The body of `POST /simulated/faults`. */
export const faultFields = z.strictObject({
  failEvery: every,
  hangEvery: every,
  dieEvery: every,
  /** What `/health` tells from now on. */
  state: z.enum(['ready', 'loading', 'failed']).optional(),
})

/** Counts sequences and tells which of them are struck. */
export class Faults {
  #settings: FaultSettings
  #sequences = 0
  #streams = 0

  constructor(settings: FaultSettings) {
    this.#settings = settings
  }

  /** Replaces the settings and counts from 0 again. */
  set(settings: FaultSettings): void {
    this.#settings = settings
    this.#sequences = 0
    this.#streams = 0
  }

  get settings(): FaultSettings {
    return this.#settings
  }

  /** The fault of the next sequence. */
  next(isStreamed: boolean): Fault {
    const { failEvery, hangEvery, dieEvery } = this.#settings
    this.#sequences += 1
    if (isStreamed) this.#streams += 1
    if (isNth(this.#sequences, failEvery)) return 'fail'
    if (isNth(this.#sequences, hangEvery)) return 'hang'
    return isStreamed && isNth(this.#streams, dieEvery) ? 'die' : 'none'
  }
}

function isNth(count: number, n: number): boolean {
  return n > 0 && count % n === 0
}
