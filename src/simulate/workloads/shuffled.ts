import type { Draw } from './random.ts'

/** The same in any order (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], draw: Draw): Item[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const other = draw.below(last + 1)
    const [one, two] = [order[last], order[other]]
    if (one !== undefined && two !== undefined) [order[last], order[other]] = [two, one]
  }
  return order
}
