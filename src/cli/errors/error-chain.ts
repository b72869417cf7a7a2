/** An error and what caused it, outermost first; the members of an AggregateError count as causes. */
export function errorChain(error: unknown, limit = 20): readonly unknown[] {
  const chain: unknown[] = []
  const waiting: unknown[] = [error]
  while (waiting.length > 0 && chain.length < limit) {
    const next = waiting.shift()
    if (next === undefined || chain.includes(next)) continue
    chain.push(next)
    if (next instanceof AggregateError) waiting.push(...next.errors)
    if (next instanceof Error) waiting.push(next.cause)
  }
  return chain
}
