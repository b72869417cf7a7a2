/**
 * How often a gateway asks engines how much they have to do, where others send them requests too. docs/scheduling.md has what
 * 250 ms to 2 s did for goodput; a report costs the engine some milliseconds, for each gateway.
 */
export const loadReportMs = 500

/** Requests on a replica that this gateway did not send: another gateway's, or those of clients that go past it. */
export interface ForeignLoad {
  readonly requests: number
  /** Of them, those that wait inside the engine. */
  readonly waiting: number
}

/** Nobody else sends requests, or nothing is known of them. */
export const noForeignLoad: ForeignLoad = { requests: 0, waiting: 0 }

/**
 * What others have on a replica: what its engine counts beyond this gateway's own requests at that time. An own request that
 * ends later was left out here already, and one that comes later is counted by the gateway itself, so none counts twice.
 * Whose requests wait an engine does not tell: as large a share of those that wait as of all is taken to be others'.
 * @param own requests that this gateway had there when the engine counted
 */
export function foreignLoad(told: { readonly running: number; readonly waiting: number }, own: number): ForeignLoad {
  const all = told.running + told.waiting
  const requests = Math.max(0, all - own)
  return requests > 0 ? { requests, waiting: (told.waiting * requests) / all } : noForeignLoad
}

/** How fast the means follow. */
const memory = 0.05

/** Mean sizes of a model's requests: what others send is taken to be like what this gateway sends. */
export class RequestSizes {
  /** Of a prompt and the answer that is expected; before the first request a guess, that of an answer alone. */
  tokens = 256
  /** Of a prompt, those that its replica was not taken to hold. */
  uncachedTokens = 0
  #isNew = true

  /** A request is sent. */
  sent(promptTokens: number, uncachedTokens: number, expectedOutputTokens: number): void {
    const step = this.#isNew ? 1 : memory
    this.#isNew = false
    this.tokens += (promptTokens + expectedOutputTokens - this.tokens) * step
    this.uncachedTokens += (uncachedTokens - this.uncachedTokens) * step
  }
}
