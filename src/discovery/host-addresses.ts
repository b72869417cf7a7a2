/** What is believed of the addresses behind a host name. */
export interface HostAddresses {
  /** Sorted, each once. */
  readonly addresses: readonly string[]
  /** Those of them that the last answer had no more, while it had new ones. */
  readonly leaving: readonly string[]
  /** Answers in a row that said the name has no address, and when the first came, in milliseconds of a steady clock. */
  readonly empty: { readonly answers: number; readonly sinceMs: number } | null
}

/** What a look-up came to: the addresses, or that nobody could say. */
export type LookUpOutcome =
  | { readonly kind: 'answered'; readonly addresses: readonly string[] }
  | { readonly kind: 'failed' }

/** Before the first look-up. */
export const noAddresses: HostAddresses = { addresses: [], leaving: [], empty: null }

/** So many answers in a row must say that there is no address. */
const emptyAnswers = 3

/**
 * The belief after a look-up. Where new addresses come as others go, those that go stay until the next look-up: nobody has
 * asked the new ones yet whether they answer, and pods that are replaced serve for some seconds more. A failure (SERVFAIL, no answer in time) changes nothing: the last good answer stays. That
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
  if (outcome.addresses.length > 0) {
    const answered = new Set(outcome.addresses)
    const hasNew = [...answered].some((address) => !known.addresses.includes(address))
    const gone = known.addresses.filter((address) => !answered.has(address) && !known.leaving.includes(address))
    const leaving = hasNew ? gone : []
    return { addresses: [...answered, ...leaving].sort(), leaving, empty: null }
  }
  const sinceMs = known.empty?.sinceMs ?? nowMs
  const answers = (known.empty?.answers ?? 0) + 1
  const isBelieved = answers >= emptyAnswers && nowMs - sinceMs >= emptyAfterMs
  return { ...(isBelieved ? noAddresses : known), empty: { answers, sinceMs } }
}
