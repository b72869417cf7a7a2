/**
 * Probability of `k` or more hits in `n` independent tries with chance `p` each: the upper tail of a binomial distribution, by
 * its terms from `k` on, each from the one before.
 */
export function atLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n || p <= 0) return 0
  if (p >= 1) return 1
  const odds = Math.log(p) - Math.log1p(-p)
  let logTerm = n * Math.log1p(-p)
  for (let hits = 1; hits <= k; hits += 1) logTerm += Math.log((n - hits + 1) / hits) + odds
  let sum = 0
  for (let hits = k; hits <= n; hits += 1) {
    const term = Math.exp(logTerm)
    sum += term
    // Past the mean every term is smaller than the one before.
    if (hits > n * p && term < sum * 1e-12) break
    logTerm += Math.log((n - hits) / (hits + 1)) + odds
  }
  return Math.min(1, sum)
}
