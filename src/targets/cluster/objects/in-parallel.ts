/**
 * Does work for each item, several at a time, and gives the results in order. The first failure ends it: what has begun is
 * waited for, nothing more is begun.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const entries = items.entries()
  const failures: unknown[] = []
  const lane = async () => {
    for (const [index, item] of entries) {
      if (failures.length > 0) return
      try {
        results[index] = await work(item, index)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
  return results
}
