/** FNV-1a over whole numbers, 32 bits (Fowler, Noll, Vo; offset basis and prime of the 32-bit variant). */
export function hashNumbers(values: Iterable<number>, basis = 0x811c9dc5): number {
  let hash = basis
  for (const value of values) {
    hash = Math.imul(hash ^ (value & 0xffff), 0x01000193)
    hash = Math.imul(hash ^ (value >>> 16), 0x01000193)
  }
  return hash >>> 0
}

/** A sequence of numbers in [0, 1) that depends on `seed` only (mulberry32, public domain). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
