/**
 * The replica that has a prompt computed first: the one with the least to compute before it, the prompt's own tokens
 * that it does not hold included. Equals take turns.
 * @param count replicas
 * @param turn a number that grows by one with each request
 * @param workAt tokens that the replica at a place computes until the prompt is done; Infinity for one that may not
 *   have it
 * @returns the place, or -1 when none may have it
 */
export function choosePrefill(count: number, turn: number, workAt: (place: number) => number): number {
  let best = -1
  let least = Infinity
  for (let step = 0; step < count; step += 1) {
    const place = (turn + step) % count
    const work = workAt(place)
    if (work >= least) continue
    best = place
    least = work
  }
  return best
}
