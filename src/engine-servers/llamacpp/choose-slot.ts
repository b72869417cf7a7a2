/** A sequence of the context that nobody uses now. */
export interface IdleSlot {
  /** Tokens in its KV cache. */
  readonly cachedTokens: number
  /** How many of them, from the first on, the new prompt begins with. */
  readonly commonTokens: number
  /** When it was last used, on any scale that grows. */
  readonly lastUsed: number
}

/**
 * The idle slot for a prompt: the one that shares the longest beginning with it, where that saves at least half of the prompt
 * or keeps at least half of the slot; else the one that was not used for the longest time. So a short common system prompt does
 * not make every conversation throw out the one before.
 */
export function chooseSlot<Slot extends IdleSlot>(idle: readonly Slot[], promptTokens: number): Slot | undefined {
  const worthwhile = idle.filter(
    ({ commonTokens, cachedTokens }) => commonTokens > 0 && commonTokens * 2 >= Math.min(promptTokens, cachedTokens),
  )
  if (worthwhile.length > 0)
    return best(worthwhile, (one, other) => other.commonTokens - one.commonTokens || age(one, other))
  return best(idle, (one, other) => Number(one.cachedTokens > 0) - Number(other.cachedTokens > 0) || age(one, other))
}

function age(one: IdleSlot, other: IdleSlot): number {
  return one.lastUsed - other.lastUsed
}

function best<Item>(items: readonly Item[], compare: (one: Item, other: Item) => number): Item | undefined {
  return items.toSorted(compare)[0]
}
