import type { PrefixKnowledge } from './contract.ts'

/** Knows nothing. */
export const noKnowledge: PrefixKnowledge = {
  match: (_prompt, into) => {
    into.fill(0)
  },
  sent: () => {},
  computed: () => {},
  forget: () => {},
  listenerFor: () => undefined,
}
