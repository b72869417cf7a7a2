/** What is believed of the addresses behind a host name. */
export interface HostAddresses {
  /** Sorted, each once. */
  readonly addresses: readonly string[]
  /** Answers in a row that said the name has no address, and when the first came, in milliseconds of a steady clock. */
  readonly empty: { readonly answers: number; readonly sinceMs: number } | null
}

/** What a look-up came to: the addresses, or that nobody could say. */
export type LookUpOutcome =
  | { readonly kind: 'answered'; readonly addresses: readonly string[] }
  | { readonly kind: 'failed' }

/** Before the first look-up. */
export const noAddresses: HostAddresses = { addresses: [], empty: null }

/** So many answers in a row must say that there is no address. */
const emptyAnswers = 3

/**
 * The belief after a look-up. A failure (SERVFAIL, no answer in time) changes nothing: the last good answer stays. That
 * there is no address is believed after three such answers in a row over `emptyAfterMs`, since it may be true for a
 * moment only (DNS servers that have just started, a headless Service whose pods are replaced all at once), or not at
 * all: glibc says so too when the search domain that has the name did not answer in time and another one does not know it.
 */
export function afterLookUp(
  known: HostAddresses,
  outcome: LookUpOutcome,
  nowMs: number,
  emptyAfterMs: number,
): HostAddresses {
  if (outcome.kind === 'failed') return known
  if (outcome.addresses.length > 0) return { addresses: [...new Set(outcome.addresses)].sort(), empty: null }
  const sinceMs = known.empty?.sinceMs ?? nowMs
  const answers = (known.empty?.answers ?? 0) + 1
  const isBelieved = answers >= emptyAnswers && nowMs - sinceMs >= emptyAfterMs
  return { addresses: isBelieved ? [] : known.addresses, empty: { answers, sinceMs } }
}
